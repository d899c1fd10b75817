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
        guard tables.isEmpty else { return try ofSeveralTables(rows, context) }
        let folds =
            switch method {
            case .kFold: try dealt(.kFold, rows, context)
            case .stratifiedKFold: try dealt(.stratifiedKFold, rows, context)
            // A test table may lack the column of groups: its rows are then folded one by one.
            case .groupKFold: try dealt(rows.labels == nil && rows.groups == nil ? .kFold : .groupKFold, rows, context)
            case .stratifiedGroupKFold: try dealt(.stratifiedGroupKFold, rows, context)
            case .column: try told(rows, context)
            case .time: try inTime(rows, context)
            case .validation: try ofTables(rows, context)
            }
        try context.write(folds.bytes, as: "folds")
        let sizes = (0..<count).map { fold in folds.folds.count { $0 == fold } }
        return StepOutcome(
            outputs: ["folds"],
            metrics: ["smallest": .integer(sizes.min() ?? 0), "largest": .integer(sizes.max() ?? 0)])
    }

    /// The folds that a kind of ours deals.
    private func dealt(_ kind: FoldAssignment.Kind, _ rows: Rows, _ context: StepContext) throws -> Folds {
        let assignment = try assigned(
            kind, labels: rows.labels, groups: rows.groups, rowCount: rows.ids.count, context)
        return try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: assignment.folds, name: "the split")
        }
    }

    private func assigned(
        _ kind: FoldAssignment.Kind, labels: [Int]?, groups: [Int]?, rowCount: Int, _ context: StepContext
    ) throws -> FoldAssignment {
        guard let seed = UInt64(exactly: seed) else {
            throw AblateError(.invalid, "parameter seed is \(seed), and must be 0 or more")
        }
        do {
            return try FoldAssignment(
                kind, rowCount: rowCount, labels: labels, groups: groups, count: count, seed: seed
            )
        } catch {
            throw AblateError(.invalid, "\(context.title("rows")): \(error)")
        }
    }

    /// Rows of several tables: those of one rule are dealt together, and rows of one question, or one group, are in one fold.
    private func ofSeveralTables(_ rows: Rows, _ context: StepContext) throws -> StepOutcome {
        let parts = try context.proven("parts") { bytes, name throws(FormatError) in
            try TableParts(reading: bytes, name: name)
        }
        guard parts.parts.count == rows.ids.count, parts.tables.count == tables.count else {
            throw AblateError(.invalid, "\(context.title("parts")) is not of these rows, in \(tables.count) tables")
        }
        var dealt = [Int](repeating: -1, count: rows.ids.count)
        var rules: [FoldKind] = []
        for table in tables where table.isScored && !rules.contains(table.method ?? method) {
            rules.append(table.method ?? method)
        }
        for rule in rules {
            let chosen = dealt.indices.filter {
                let table = tables[parts.parts[$0]]
                return table.isScored && (table.method ?? method) == rule
            }
            let own = try assigned(
                Self.assignment(rule), labels: rows.labels.map { labels in chosen.map { labels[$0] } },
                groups: rows.groups.map { groups in chosen.map { groups[$0] } }, rowCount: chosen.count, context)
            for (row, fold) in zip(chosen, own.folds) { dealt[row] = fold }
        }
        // Groups are numbered apart from questions.
        let first = (parts.questions.max() ?? -1) + 1
        let links = dealt.indices.map { row in
            (parts.questions[row] >= 0 ? [parts.questions[row]] : [])
                + (rows.groups.map { method.respectsGroups ? [first + $0[row]] : [] } ?? [])
        }
        let linked = LinkedRows(dealt: dealt, tables: parts.parts, scored: tables.map(\.isScored), links: links)
        let folds = try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: linked.folds, unscored: linked.unscored, name: "the split")
        }
        try context.write(folds.bytes, as: "folds")
        let sizes = (0..<count).map { folds.heldOut(in: [$0]).count }
        let left = linked.folds.count { $0 == -2 }
        var metrics: [String: JSON] = [
            "smallest": .integer(sizes.min() ?? 0), "largest": .integer(sizes.max() ?? 0),
            "moved": .integer(linked.moved), "left-out": .integer(left),
            "not-scored": .integer(linked.folds.count - sizes.reduce(0, +)),
        ]
        if left > 0 {
            metrics["warnings"] = [
                .string(
                    "\(left) rows belong to what rows of several folds ask or are grouped with: no model of a fold is trained on them, and they are not scored; give rows of one question one value in data.columns.group, and take folds that keep groups whole"
                )
            ]
        }
        return StepOutcome(outputs: ["folds"], metrics: .object(metrics))
    }

    private static func assignment(_ kind: FoldKind) -> FoldAssignment.Kind {
        switch kind {
        case .stratifiedKFold: .stratifiedKFold
        case .groupKFold: .groupKFold
        case .stratifiedGroupKFold: .stratifiedGroupKFold
        case .kFold, .column, .time, .validation: .kFold
        }
    }

    /// The rows of the validation table are the fold; those of the training table are of none.
    private func ofTables(_ rows: Rows, _ context: StepContext) throws -> Folds {
        let parts = try context.proven("parts") { bytes, name throws(FormatError) in
            try TableParts(reading: bytes, name: name)
        }
        guard parts.parts.count == rows.ids.count, parts.tables.count == 2 else {
            throw AblateError(
                .invalid, "\(context.title("parts")) is not of these rows, in a training and a validation table")
        }
        let folds = parts.parts.map { $0 - 1 }
        try refuseParting(of: rows.groups, among: folds, called: ["the validation table"], none: "the training table") {
            "rows \($0) and \($1) of both tables together are of one group (data.columns.group), one in"
        }
        return try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: folds, name: "the validation table")
        }
    }

    private func order(of rows: Rows, _ context: StepContext) throws -> Order {
        let order = try context.proven("order") { bytes, name throws(FormatError) in
            try Order(reading: bytes, name: name)
        }
        guard order.places.count == rows.ids.count else {
            throw AblateError(
                .invalid, "\(context.title("order")) has \(order.places.count) rows, and the table \(rows.ids.count)")
        }
        return order
    }

    /// Blocks of the rows in the order of their times, of which the first is no fold.
    private func inTime(_ rows: Rows, _ context: StepContext) throws -> Folds {
        let order = try order(of: rows, context)
        let times = try order.places.enumerated().map { row, place in
            guard let place else {
                throw AblateError(.invalid, "row \(row + 1) has no time: give it one, or leave it out")
            }
            return place
        }
        let blocks: [Int]
        do {
            blocks = try TimeBlocks.folds(of: times, count: count)
        } catch {
            throw AblateError(.invalid, "\(context.title("rows")): \(error)")
        }
        return try AblateError.explaining { () throws(FormatError) in
            try Folds(
                count: count, folds: blocks, isOrdered: true, name: "the blocks of time, each of whole dates or times")
        }
    }

    /// The folds that a column says: its values, numbered in their order. A row without one is of no fold.
    private func told(_ rows: Rows, _ context: StepContext) throws -> Folds {
        let order = try order(of: rows, context)
        guard order.names.count == count else {
            let names = order.names.prefix(8).joined(separator: ", ") + (order.names.count > 8 ? ", ..." : "")
            throw AblateError(
                .invalid,
                "the column of the folds has \(order.names.count) different values (\(names)), and folds.count is \(count): write `count: \(order.names.count)`, or correct the column"
            )
        }
        let folds = order.places.map { $0 ?? -1 }
        try refuseParting(of: rows.groups, among: folds, called: order.names, none: "no fold") {
            "rows \($0) and \($1) are of one group (data.columns.group), and the column of the folds puts them into"
        }
        return try AblateError.explaining { () throws(FormatError) in
            try Folds(count: count, folds: folds, name: "the column of the folds")
        }
    }

    /// Rows of one group belong in one fold: else a model is scored on what it was taught.
    private func refuseParting(
        of groups: [Int]?, among folds: [Int], called names: [String], none: String, _ what: (Int, Int) -> String
    ) throws {
        var first: [Int: Int] = [:]
        for (row, group) in (groups ?? []).enumerated() {
            guard let other = first[group] else {
                first[group] = row
                continue
            }
            guard folds[other] == folds[row] else {
                func name(_ row: Int) -> String { folds[row] < 0 ? none : names[folds[row]] }
                throw AblateError(
                    .invalid,
                    "\(what(other + 1, row + 1)) \(name(other)) and \(name(row)): a group belongs into one fold, or else scores come out too good; correct that, or leave data.columns.group out if its rows have nothing in common"
                )
            }
        }
    }
}
