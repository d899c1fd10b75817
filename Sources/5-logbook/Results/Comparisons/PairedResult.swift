// Results of two recipes or runs, name by name, and the paired comparison of their scores. Refuses what is not comparable.

internal import Scores
internal import Statistics
package import Plans
package import Recipes
package import Storage

/// One result's scores on two sides.
package struct PairedResult: Sendable {
    package let name: String
    package let old: Evaluation?
    package let new: Evaluation?
    /// Improvement of the new over the old; nil where there is nothing to compare.
    package let comparison: ArmComparison?
    /// Why there is no comparison; nil where there is one.
    package let refusal: ComparisonRefusal?

    /// Whether both sides have the very same predictions, by the same metric.
    package let isSame: Bool

    /// What one side has of a result: the record of its scores, and the store it is in.
    package typealias Scored = (record: Record, store: Store)

    /// Two results of one recipe. Where one of them is what an ablation has as its baseline and the other one of its variants, the
    /// verdict is the logbook's: of all arms of that question, adjusted for each other. Errors: of evaluations that cannot be read.
    ///
    /// - Parameter record: the record of a step of the plan, if it has one.
    package static func within(
        _ recipe: LoadedRecipe, _ plan: Plan, _ store: Store, name: String, old: Record?, new: Record?,
        record: (Int) -> Record?
    ) throws -> PairedResult {
        let plain = try all([(name, old.map { ($0, store) }, new.map { ($0, store) })])[0]
        guard plain.comparison != nil, let old, let new else { return plain }
        let reader = EvaluationReader(store)
        let known = KnownComparisons(store)
        defer { known.save() }
        for (ablation, variants) in zip(recipe.recipe.ablations, recipe.variants) {
            let results = plan.results.filter {
                if case .variant(ablation.name, _) = $0.role { true } else { false }
            }
            let records = results.map { $0.evaluate.flatMap(record) }
            let baseline = AblationEntry.baseline(of: ablation, variants, in: plan)
            guard records.indices.contains(baseline), let base = records[baseline]?.key,
                base == old.key || base == new.key,
                let arm = records.firstIndex(where: { $0?.key == (base == old.key ? new.key : old.key) })
            else { continue }
            let comparisons = ArmComparisons(
                of: try records.map { try $0.flatMap(reader.evaluation) }, baseline: baseline,
                smallestEffect: ablation.value.smallestEffect, known: known)
            guard let found = comparisons.found[arm] else { continue }
            return PairedResult(plain, base == old.key ? found : found.reversed)
        }
        return plain
    }

    /// All comparisons, their p-values adjusted for each other. Errors: of evaluations that cannot be read.
    package static func all(_ pairs: [(name: String, old: Scored?, new: Scored?)]) throws -> [PairedResult] {
        struct Draft {
            let name: String
            let old: Evaluation?
            let new: Evaluation?
            var pairing: Pairing?
            var refusal: ComparisonRefusal?
            var isSame = false
        }
        var readers: [String: EvaluationReader] = [:]
        func evaluation(_ scored: Scored?) throws -> Evaluation? {
            try scored.flatMap { scored in
                let reader = readers[scored.store.root] ?? EvaluationReader(scored.store)
                readers[scored.store.root] = reader
                return try reader.evaluation(of: scored.record)
            }
        }
        let known = KnownComparisons(pairs.lazy.compactMap { ($0.new ?? $0.old)?.store }.first)
        defer { known.save() }
        let drafts = try pairs.map { name, old, new -> Draft in
            var draft = Draft(name: name, old: try evaluation(old), new: try evaluation(new))
            guard let before = draft.old, let after = draft.new, let old, let new else {
                draft.refusal =
                    draft.old != nil ? .onlyFirstHasScore : draft.new != nil ? .onlySecondHasScore : .neitherHasScore
                return draft
            }
            let (own, other) = (ScoreBasis(old.record), ScoreBasis(new.record))
            let isSame = old.record.outputs["evaluation"]?.digest == new.record.outputs["evaluation"]?.digest
            // The same predictions are told by what decides and, on one side, by more: there is nothing to compare.
            if isSame || own?.isSame(as: other) ?? false, before.metric.name == after.metric.name {
                (draft.refusal, draft.isSame) = (.sameScores, true)
                return draft
            }
            // Equal folds and groups may be those of another table: its rows must be the same, too.
            guard own?.rows == other?.rows else {
                draft.refusal = .otherRows
                return draft
            }
            guard own?.folds == other?.folds else {
                draft.refusal = .otherFolds
                return draft
            }
            let pairing = Pairing(baseline: before, variant: after, smallestEffect: nil, known: known)
            if pairing.comparison == nil { draft.refusal = pairing.refusal } else { draft.pairing = pairing }
            return draft
        }
        var verdicts = Verdict.judge(drafts.compactMap(\.pairing?.comparison))[...]
        return drafts.map { draft in
            PairedResult(
                name: draft.name, old: draft.old, new: draft.new,
                comparison: draft.pairing == nil
                    ? nil
                    : draft.new.flatMap { new in
                        verdicts.popFirst().map { ArmComparison($0, metric: new.metric, hasSeeds: new.hasSeeds) }
                    },
                refusal: draft.refusal, isSame: draft.isSame)
        }
    }
}

extension PairedResult {
    /// The same two with another verdict: that of the question they belong to.
    private init(_ other: PairedResult, _ comparison: ArmComparison) {
        (name, old, new, isSame) = (other.name, other.old, other.new, other.isSame)
        (self.comparison, refusal) = (comparison, nil)
    }
}
