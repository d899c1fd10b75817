// `split`: the fold of each training row.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Recipes
internal import Scores

extension SplitStep: RunnableStep {
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let kind: FoldAssignment.Kind =
            switch method {
            case .kFold: .kFold
            case .stratifiedKFold: .stratifiedKFold
            // A test table may lack the column of groups: its rows are then folded one by one.
            case .groupKFold: rows.labels == nil && rows.groups == nil ? .kFold : .groupKFold
            case .stratifiedGroupKFold: .stratifiedGroupKFold
            }
        guard let seed = UInt64(exactly: seed) else {
            throw AblateError(.invalid, "parameter seed is \(seed), and must be 0 or more")
        }
        let assignment: FoldAssignment
        do {
            assignment = try FoldAssignment(
                kind, rowCount: rows.ids.count, labels: rows.labels, groups: rows.groups, count: count, seed: seed)
        } catch {
            throw AblateError(.invalid, "\(context.title("rows")): \(error)")
        }
        let folds = try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: assignment.folds, name: "the split")
        }
        try context.write(folds.bytes, as: "folds")
        let sizes = (0..<count).map { fold in assignment.folds.count { $0 == fold } }
        return StepOutcome(
            outputs: ["folds"],
            metrics: ["smallest": .integer(sizes.min() ?? 0), "largest": .integer(sizes.max() ?? 0)])
    }
}
