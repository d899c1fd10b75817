// `split`: the fold of each training row.

internal import Digests
internal import Numerics

extension NativeStep {
    static func split(_ context: StepContext) throws -> StepOutcome {
        let rows = try RowTable(reading: context.input("rows"))
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
        let assignment = try FoldAssignment(
            kind, rowCount: rows.ids.count, labels: rows.labels, groups: rows.groups, count: count,
            seed: UInt64(try context.integer("seed")))
        try context.write(FoldTable(count: count, folds: assignment.folds).json, as: "folds")
        let sizes = (0..<count).map { fold in assignment.folds.count { $0 == fold } }
        return StepOutcome(
            outputs: ["folds"],
            metrics: ["smallest": .integer(sizes.min() ?? 0), "largest": .integer(sizes.max() ?? 0)])
    }
}
