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
        let folds =
            switch method {
            case .kFold: try dealt(.kFold, rows, context)
            case .stratifiedKFold: try dealt(.stratifiedKFold, rows, context)
            // A test table may lack the column of groups: its rows are then folded one by one.
            case .groupKFold: try dealt(rows.labels == nil && rows.groups == nil ? .kFold : .groupKFold, rows, context)
            case .stratifiedGroupKFold: try dealt(.stratifiedGroupKFold, rows, context)
            case .column: try told(rows, context)
            }
        try context.write(folds.bytes, as: "folds")
        let sizes = (0..<count).map { fold in folds.folds.count { $0 == fold } }
        return StepOutcome(
            outputs: ["folds"],
            metrics: ["smallest": .integer(sizes.min() ?? 0), "largest": .integer(sizes.max() ?? 0)])
    }

    /// The folds that a kind of ours deals.
    private func dealt(_ kind: FoldAssignment.Kind, _ rows: Rows, _ context: StepContext) throws -> Folds {
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
        return try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: assignment.folds, name: "the split")
        }
    }

    /// The folds that a column says: its values, numbered in their order.
    private func told(_ rows: Rows, _ context: StepContext) throws -> Folds {
        let order = try context.proven("order") { bytes, name throws(FormatError) in
            try Order(reading: bytes, name: name)
        }
        guard order.places.count == rows.ids.count else {
            throw AblateError(
                .invalid, "\(context.title("order")) has \(order.places.count) rows, and the table \(rows.ids.count)")
        }
        guard order.names.count == count else {
            let names = order.names.prefix(8).joined(separator: ", ") + (order.names.count > 8 ? ", ..." : "")
            throw AblateError(
                .invalid,
                "the column of the folds has \(order.names.count) different values (\(names)), and folds.count is \(count): write `count: \(order.names.count)`, or correct the column"
            )
        }
        let folds = try order.places.enumerated().map { row, place in
            guard let place else {
                throw AblateError(.invalid, "row \(row + 1) has nothing in the column of the folds: give it a fold")
            }
            return place
        }
        try refuseParting(of: rows.groups, among: folds, called: order.names)
        return try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: folds, name: "the column of the folds")
        }
    }

    /// Rows of one group belong in one fold: else a model is scored on what it was taught.
    private func refuseParting(of groups: [Int]?, among folds: [Int], called names: [String]) throws {
        var first: [Int: Int] = [:]
        for (row, group) in (groups ?? []).enumerated() {
            guard let other = first[group] else {
                first[group] = row
                continue
            }
            guard folds[other] == folds[row] else {
                throw AblateError(
                    .invalid,
                    "rows \(other + 1) and \(row + 1) are of one group (data.columns.group), and the column of the folds puts them into \(names[folds[other]]) and \(names[folds[row]]): a group belongs into one fold, or else scores come out too good; correct the column, or leave data.columns.group out if its rows have nothing in common"
                )
            }
        }
    }
}
