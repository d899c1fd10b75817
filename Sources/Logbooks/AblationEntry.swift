// One ablation as a team keeps it: hypothesis, setup, findings, conclusion. The conclusion is a statistic, not an opinion.

internal import Digests
internal import Nodes
internal import Numerics
internal import Recipes

package struct AblationEntry: Sendable {
    /// One variant.
    package struct Arm: Sendable {
        package let name: String
        package let isBaseline: Bool
        package let evaluation: Evaluation?
        /// Against the baseline; nil for the baseline itself, and where either is not evaluated.
        package let comparison: ArmComparison?
        package let notes: ResultNotes
        /// As ``Score/anchor``.
        package let anchor: String?
    }

    package let name: String
    package let hypothesis: String
    package let of: String
    package let setup: String
    package let arms: [Arm]
    package let conclusions: [String]
    /// What the writer of the recipe makes of it; nil where they said nothing.
    package let remark: String?
    package let tags: [String]

    /// What the store has of one variant.
    struct Variant {
        let name: String
        let evaluation: Evaluation?
        let notes: ResultNotes
        let anchor: String?
    }

    /// The entries of all ablations; p-values are adjusted over all of them.
    static func entries(
        of loaded: LoadedRecipe, variants: [String: [Variant]]
    ) -> [AblationEntry] {
        var drafts:
            [(
                ablation: Named<Ablation>, baseline: Int, arms: [Variant],
                pairs: [Int: Pairing]
            )] = []
        for (index, ablation) in loaded.recipe.ablations.enumerated() {
            let arms = variants[ablation.name] ?? []
            let baseline = baseline(
                of: loaded.variants[index], named: ablation.value.baseline,
                model: loaded.tree["models"]?[ablation.value.of] ?? loaded.tree["stack"]?[ablation.value.of])
            var pairs: [Int: Pairing] = [:]
            for (position, arm) in arms.enumerated() where position != baseline {
                guard baseline < arms.count, let base = arms[baseline].evaluation, let own = arm.evaluation else {
                    continue
                }
                pairs[position] = Pairing(baseline: base, variant: own, smallestEffect: ablation.value.smallestEffect)
            }
            drafts.append((ablation, baseline, arms, pairs))
        }
        let keys = drafts.enumerated().flatMap { draft in
            draft.element.pairs.keys.sorted().filter { draft.element.pairs[$0]?.comparison != nil }.map {
                (draft.offset, $0)
            }
        }
        let verdicts = Verdict.judge(keys.compactMap { drafts[$0].pairs[$1]?.comparison })
        return drafts.enumerated().map { offset, draft in
            let arms = draft.arms.enumerated().map { position, arm in
                let verdict = keys.firstIndex { $0 == (offset, position) }.map { verdicts[$0] }
                return Arm(
                    name: arm.name, isBaseline: position == draft.baseline, evaluation: arm.evaluation,
                    comparison: verdict.map(ArmComparison.init), notes: arm.notes, anchor: arm.anchor)
            }
            let refusals = draft.pairs.values.compactMap(\.refusal)
            return AblationEntry(draft.ablation, arms, refusals: refusals)
        }
    }

    private init(_ ablation: Named<Ablation>, _ arms: [Arm], refusals: [String]) {
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
        if let baseline = arms.first(where: \.isBaseline) { setup += "; baseline \(baseline.name)" }
        if value.vary.count > 1 || !value.zip.isEmpty || !value.together.isEmpty {
            setup += ". Several settings vary: a difference between two variants may be due to any of them"
        }
        self.setup = setup + "."
        let base = arms.first(where: \.isBaseline)?.name ?? ""
        conclusions =
            arms.compactMap { arm in arm.comparison.map { "\(ablation.name): \(base) → \(arm.name): \($0.sentence)" } }
            + refusals
            + (arms.contains { $0.evaluation == nil } ? ["\(ablation.name): not all variants have been run."] : [])
    }

    /// The variant the recipe names, else the one whose settings the model itself has, else the first.
    private static func baseline(of variants: [Recipes.Variant], named name: String?, model: Node?) -> Int {
        if let name, let index = variants.firstIndex(where: { $0.name == name }) { return index }
        return variants.firstIndex { variant in
            variant.settings.allSatisfy { setting in
                let path = setting.path.split(separator: ".").map(String.init)
                guard let own = model?.value(at: path) else { return false }
                return (own.scalar?.text ?? own.plain.text()) == setting.value
            }
        } ?? 0
    }
}
