// `split`: the fold of each training row.

internal import Digests
internal import Formats
internal import Scores

extension NativeStep {
    static func split(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let count = try context.integer("count")
        let kind: FoldAssignment.Kind =
            switch try context.string("kind") {
            case "k-fold": .kFold
            case "stratified-k-fold": .stratifiedKFold
            // A test table may lack the column of groups: its rows are then folded one by one.
            case "group-k-fold": rows.labels == nil && rows.groups == nil ? .kFold : .groupKFold
            case "stratified-group-k-fold": .stratifiedGroupKFold
            case let kind: throw StepError("there is no kind of folds \"\(kind)\"")
            }
        let seed = try context.integer("seed")
        guard let seed = UInt64(exactly: seed) else {
            throw StepError("parameter seed is \(seed), and must be 0 or more")
        }
        let assignment: FoldAssignment
        do {
            assignment = try FoldAssignment(
                kind, rowCount: rows.ids.count, labels: rows.labels, groups: rows.groups, count: count, seed: seed)
        } catch {
            throw StepError("\(context.title("rows")): \(error)")
        }
        let folds = try StepError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: assignment.folds, name: "the split")
        }
        try context.write(folds.bytes, as: "folds")
        let sizes = (0..<count).map { fold in assignment.folds.count { $0 == fold } }
        return StepOutcome(
            outputs: ["folds"],
            metrics: ["smallest": .integer(sizes.min() ?? 0), "largest": .integer(sizes.max() ?? 0)])
    }
}
