// One ablation as a team keeps it: hypothesis, setup, findings, and what they rest on. Verdicts are statistics, not opinions.

internal import Digests
internal import Nodes
internal import Plans
internal import Recipes
package import Scores
internal import Words

package struct AblationEntry: Sendable {
    /// One variant.
    package struct Arm: Sendable {
        package let name: String
        /// The name as tables and sentences have it: short, and no two alike in one ablation. What takes names takes the whole one.
        package let label: String
        package let isBaseline: Bool
        package let evaluation: Evaluation?
        /// Against the baseline; nil for the baseline itself, and where either is not evaluated.
        package let comparison: ArmComparison?
        package let notes: ResultNotes
        /// As ``Score/anchor``.
        package let anchor: String?
        /// The settings that are not the baseline's.
        package let changes: [Change]
        /// Seconds of its own recorded fine-tunes, fits and predictions; 0 while there are none.
        package let seconds: Double
        package let isOnGPU: Bool
        /// Nil without a comparison, and where there are too many variants to look into each.
        package let detail: ArmDetail?

        /// More than one setting is another: what made the difference cannot be told.
        package var isConfounded: Bool { changes.count > 1 }
    }

    /// One setting of a variant, and what the baseline has in its place.
    package struct Change: Sendable {
        package let path: String
        package let old: String?
        package let new: String?
    }

    /// What is varied, as the recipe says it.
    package struct Setup: Sendable {
        package let vary: [Setting]
        package let zip: [Setting]
        package let together: [Setting]
        package let except: [String]
        package let with: [Setting]
        /// Whether rows count as they weigh.
        package let isWeighted: Bool
        /// Labels that stand in one fold alone, or nowhere.
        package let unseen: [UnseenLabel]
    }

    /// A key of the recipe with its value, as text.
    package struct Setting: Sendable {
        package let key: String
        package let value: String
    }

    package let name: String
    package let hypothesis: String
    package let of: String
    package let setup: Setup
    package let arms: [Arm]
    /// Why arms are not compared with the baseline, each reason once.
    package let refusals: [ComparisonRefusal]
    /// What the writer of the recipe makes of it; nil where they said nothing.
    package let remark: String?
    package let tags: [String]

    /// What the store has of one variant.
    struct Variant: Sendable {
        let name: String
        let evaluation: Evaluation?
        let notes: ResultNotes
        let anchor: String?
        /// Its fits and predictions, in seconds; whether any was made on a GPU.
        let seconds: Double
        let isOnGPU: Bool
        /// Nil where rows are read whole or it is not known.
        let truncation: Truncation?
    }

    /// Longer names are shortened where they stand beside others.
    package static let longestLabel = 64

    /// Of more variants than these, rows and classes are not looked into.
    private static let mostDetails = 40

    /// The entries of all ablations, each judged by itself. Errors: of texts that cannot be read.
    static func entries(
        of loaded: LoadedRecipe, _ plan: Plan, variants: [String: [Variant]],
        known: KnownComparisons, texts: () throws -> RowTexts?
    ) throws -> [AblationEntry] {
        let drafts = loaded.recipe.ablations.enumerated().map { index, ablation in
            let arms = variants[ablation.name] ?? []
            let baseline = baseline(of: ablation, loaded.variants[index], in: plan)
            return (
                ablation: ablation, baseline: baseline, arms: arms,
                comparisons: ArmComparisons(
                    of: arms.map(\.evaluation), baseline: baseline, smallestEffect: ablation.value.smallestEffect,
                    known: known)
            )
        }
        let count = drafts.reduce(0) { $0 + $1.comparisons.found.count }
        let hasDetails = count > 0 && count <= mostDetails
        let texts = hasDetails ? try texts() : nil
        // Variants share their tokens, and mostly their lengths.
        var cuts: [Truncation: [Bool]] = [:]
        for truncation in hasDetails ? drafts.flatMap({ $0.arms.compactMap(\.truncation) }) : []
        where cuts[truncation] == nil { cuts[truncation] = truncation.cuts ?? [] }
        return drafts.enumerated().map { offset, draft in
            let settings = settings(of: loaded.variants[offset])
            let base = draft.baseline < draft.arms.count ? draft.arms[draft.baseline] : nil
            let labels = Abbreviation.distinct(draft.arms.map(\.name), most: longestLabel)
            let arms = draft.arms.enumerated().map { position, arm in
                let comparison = draft.comparisons.found[position]
                let both = base?.truncation.flatMap { cuts[$0] }.flatMap { base in
                    arm.truncation.flatMap { cuts[$0] }.map { (baseline: base, variant: $0) }
                }
                let detail =
                    comparison == nil || !hasDetails
                    ? nil
                    : base?.evaluation.flatMap { base in
                        arm.evaluation.flatMap {
                            ArmDetail(
                                baseline: base, variant: $0, labels: loaded.recipe.data.labels,
                                texts: texts, cuts: both)
                        }
                    }
                return Arm(
                    name: arm.name, label: labels[position], isBaseline: position == draft.baseline,
                    evaluation: arm.evaluation,
                    comparison: comparison, notes: arm.notes, anchor: arm.anchor,
                    changes: changes(settings[base?.name ?? ""] ?? [:], settings[arm.name] ?? [:]),
                    seconds: arm.seconds, isOnGPU: arm.isOnGPU, detail: detail)
            }
            return AblationEntry(draft.ablation, arms, refusals: draft.comparisons.refusals)
        }
    }

    private init(_ ablation: Named<Ablation>, _ arms: [Arm], refusals: [ComparisonRefusal]) {
        (name, self.arms, self.refusals) = (ablation.name, arms, refusals)
        let value = ablation.value
        (hypothesis, of, remark, tags) = (value.hypothesis, value.of, value.conclusion, value.tags)
        func settings(_ entries: [Node.Entry]) -> [Setting] {
            entries.map { Setting(key: $0.key, value: $0.value.plain.text()) }
        }
        let base = arms.first(where: \.isBaseline)?.evaluation
        setup = Setup(
            vary: settings(value.vary), zip: settings(value.zip), together: settings(value.together),
            except: value.except.map { $0.plain.text() }, with: settings(value.with),
            isWeighted: base?.isWeighted ?? false, unseen: base?.unseen ?? [])
    }

    private static func settings(of variants: [Recipes.Variant]) -> [String: [String: String]] {
        Dictionary(
            variants.map { variant in
                (variant.name, Dictionary(variant.settings.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 }))
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func changes(_ base: [String: String], _ own: [String: String]) -> [Change] {
        Set(base.keys).union(own.keys).sorted().filter { base[$0] != own[$0] }.map {
            Change(path: $0, old: base[$0], new: own[$0])
        }
    }

    /// The place of the variant the recipe names, else of the one that is as the model itself, else of the first.
    static func baseline(of ablation: Named<Ablation>, _ variants: [Recipes.Variant], in plan: Plan) -> Int {
        if let name = ablation.value.baseline, let index = variants.firstIndex(where: { $0.name == name }) {
            return index
        }
        if let index = variants.firstIndex(where: \.isAsModel) { return index }
        // What another section gives as a default, such as the template, shows in the steps: those of the model are then its own.
        guard let own = plan.results.first(where: { $0.name == ablation.value.of })?.outOfFold else { return 0 }
        let same = plan.results.first { result in
            if case .variant(ablation.name, _) = result.role { result.outOfFold == own } else { false }
        }
        return variants.firstIndex { .variant(ablation: ablation.name, name: $0.name) == same?.role } ?? 0
    }
}
