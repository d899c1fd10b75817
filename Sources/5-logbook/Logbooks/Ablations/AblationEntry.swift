// One ablation as a team keeps it: hypothesis, setup, findings, conclusion. The conclusion is a statistic, not an opinion.

internal import Digests
internal import Nodes
package import Statistics
internal import Plans
internal import Recipes
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

        /// `lora.rank 4 → 16`; of long values where they differ.
        package var text: String {
            let shown = ShortName.labels([old ?? "not set", new ?? "not set"], most: AblationEntry.longestLabel)
            return "\(path) \(shown[0]) → \(shown[1])"
        }
    }

    /// A sentence, and the verdict it tells of; nil where there is none.
    package struct Conclusion: Sendable {
        package let text: String
        package let outcome: Verdict.Outcome?
    }

    package let name: String
    package let hypothesis: String
    package let of: String
    package let setup: String
    package let arms: [Arm]
    package let conclusions: [Conclusion]
    /// What the writer of the recipe makes of it; nil where they said nothing.
    package let remark: String?
    package let tags: [String]

    /// What each arm took itself, in one unit; empty for one that has not run.
    var times: [String] { Self.times(of: arms) }

    static func times(of arms: [Arm]) -> [String] {
        Format.durations(arms.map(\.seconds), isOnGPU: arms.contains(where: \.isOnGPU))
    }

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

    /// Longer names are shortened in tables and sentences.
    static let longestLabel = 64

    /// Of more variants than these, rows and classes are not looked into.
    private static let mostDetails = 40

    /// The entries of all ablations, each judged by itself. Errors: of texts that cannot be read.
    static func entries(
        of loaded: LoadedRecipe, _ plan: Plan, variants: [String: [Variant]], texts: () throws -> RowTexts?
    ) throws -> [AblationEntry] {
        let draws = Pairing.draws
        let drafts = loaded.recipe.ablations.enumerated().map { index, ablation in
            let arms = variants[ablation.name] ?? []
            let baseline = baseline(of: ablation, loaded.variants[index], in: plan)
            return (
                ablation: ablation, baseline: baseline, arms: arms,
                comparisons: ArmComparisons(
                    of: arms.map(\.evaluation), baseline: baseline, smallestEffect: ablation.value.smallestEffect,
                    draws: draws)
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
            let labels = ShortName.labels(draft.arms.map(\.name), most: longestLabel)
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
            return AblationEntry(
                draft.ablation, arms, refusals: draft.comparisons.refusals, labels: loaded.recipe.data.labels)
        }
    }

    private init(_ ablation: Named<Ablation>, _ arms: [Arm], refusals: [String], labels: [String]) {
        name = ablation.name
        hypothesis = ablation.value.hypothesis
        of = ablation.value.of
        remark = ablation.value.conclusion
        tags = ablation.value.tags
        self.arms = arms
        func settings(_ entries: [Node.Entry]) -> String {
            entries.map { "\($0.key): \($0.value.plain.text())" }.joined(separator: ", ")
        }
        let value = ablation.value
        var varied: [String] = []
        if !value.vary.isEmpty { varied.append("varying \(settings(value.vary))") }
        if !value.zip.isEmpty { varied.append("varying together \(settings(value.zip))") }
        if !value.together.isEmpty { varied.append("as \(settings(value.together))") }
        if !value.except.isEmpty {
            varied.append("without \(value.except.map { $0.plain.text() }.joined(separator: ", "))")
        }
        var setup = "\(value.of), " + varied.joined(separator: "; ")
        if !ablation.value.with.isEmpty { setup += "; with \(settings(ablation.value.with))" }
        if let baseline = arms.first(where: \.isBaseline) { setup += "; baseline \(baseline.label)" }
        if value.vary.count > 1 || !value.zip.isEmpty || !value.together.isEmpty {
            setup += ". Several settings vary: a difference between two variants may be due to any of them"
        }
        let base = arms.first(where: \.isBaseline)
        if base?.evaluation?.isWeighted ?? false { setup += "; each row counts as its weight says" }
        if let left = UnseenLabel.consequence(base?.evaluation?.unseen ?? [], labels) { setup += "; \(left)" }
        self.setup = setup + "."
        conclusions =
            arms.compactMap { arm in
                arm.comparison.map {
                    Conclusion(
                        text:
                            "\(ablation.name): \(base?.label ?? "") → \(arm.label): \($0.sentence) \(Self.basis(arm, base))",
                        outcome: $0.outcome)
                }
            }
            + refusals.map { Conclusion(text: "\(ablation.name): \($0)", outcome: nil) }
            + (arms.contains { $0.evaluation == nil }
                ? [Conclusion(text: "\(ablation.name): not all variants have been run.", outcome: nil)] : [])
    }

    /// `2 seeds × 3 folds, +12 s.`: what a verdict rests on, and what the variant costs beyond the baseline.
    static func basis(_ arm: Arm, _ base: Arm?) -> String {
        guard let own = arm.evaluation, let other = base?.evaluation else { return "" }
        let folds = Format.count(Set(own.folds).count, "fold")
        let isPaired = own.hasSeeds && own.seeds.map(\.name) == other.seeds.map(\.name)
        var text = isPaired ? "\(Format.count(own.seeds.count, "seed")) × \(folds)" : folds
        if !isPaired, own.hasSeeds || other.hasSeeds { text += " of averaged predictions" }
        if arm.seconds > 0, let base, base.seconds > 0 {
            let more = arm.seconds - base.seconds
            text += ", \(more < 0 ? "−" : "+")\(Format.duration(abs(more), isOnGPU: arm.isOnGPU))"
        }
        return text + (arm.isConfounded ? "; confounded: \(arm.changes.count) settings differ." : ".")
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
