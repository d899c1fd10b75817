// Results of two recipes or runs, name by name, and the paired comparison of their scores. Refuses what is not comparable.

internal import Digests
internal import Numerics
internal import Plans
package import Storage

/// One result's scores on two sides.
package struct PairedResult: Sendable {
    package let name: String
    package let old: Evaluation?
    package let new: Evaluation?
    /// Improvement of the new over the old; nil where there is nothing to compare.
    package let comparison: ArmComparison?
    /// Why there is no comparison, as a clause; nil where there is one.
    package let refusal: String?

    /// Whether both sides have the very same scores.
    package let isSame: Bool

    /// What one side has of a result: the record of its scores, and the store it is in.
    package typealias Scored = (record: Record, store: Store)

    /// All comparisons, their p-values adjusted for each other. Errors: of evaluations that cannot be read.
    package static func all(_ pairs: [(name: String, old: Scored?, new: Scored?)]) throws -> [PairedResult] {
        struct Draft {
            let name: String
            let old: Evaluation?
            let new: Evaluation?
            var pairing: Pairing?
            var refusal: String?
            var isSame = false
        }
        func evaluation(_ scored: Scored?) throws -> Evaluation? {
            try scored.flatMap { scored in
                try scored.record.outputs["evaluation"].map {
                    try Evaluation(reading: scored.store.path(of: $0.digest))
                }
            }
        }
        let draws = Pairing.draws
        let drafts = try pairs.map { name, old, new -> Draft in
            var draft = Draft(name: name, old: try evaluation(old), new: try evaluation(new))
            guard let before = draft.old, let after = draft.new, let old, let new else {
                draft.refusal =
                    draft.old != nil
                    ? "only the first has a score"
                    : draft.new != nil
                        ? "only the second has a score"
                        : "neither has a score yet"
                return draft
            }
            if old.record.outputs["evaluation"]?.digest == new.record.outputs["evaluation"]?.digest {
                (draft.refusal, draft.isSame) = ("the same scores", true)
                return draft
            }
            // Equal folds and groups may be those of another table: its rows must be the same, too.
            for (input, noun) in [("rows", "rows or labels"), ("folds", "folds")] {
                let (own, other) = (Self.input(input, of: old.record), Self.input(input, of: new.record))
                if own != other {
                    draft.refusal = "not compared: the two were scored on different \(noun)"
                    return draft
                }
            }
            let pairing = Pairing(baseline: before, variant: after, smallestEffect: nil, draws: draws)
            if pairing.comparison == nil { draft.refusal = pairing.refusal } else { draft.pairing = pairing }
            return draft
        }
        var verdicts = Verdict.judge(drafts.compactMap(\.pairing?.comparison))[...]
        return drafts.map { draft in
            PairedResult(
                name: draft.name, old: draft.old, new: draft.new,
                comparison: draft.pairing == nil
                    ? nil : verdicts.popFirst().map { ArmComparison($0, hasSeeds: draft.new?.hasSeeds ?? false) },
                refusal: draft.refusal, isSame: draft.isSame)
        }
    }

    private static func input(_ name: String, of record: Record) -> Digest? {
        Manifest(json: record.manifest)?.inputs[name]
    }
}
