// A CSV some of whose columns are class probabilities, such as a submission. Knows columns and rows, not what is done with them.

internal import Digests
package import Host
internal import Formats
internal import Scores

/// A table with one column for each class, and whatever else it has.
package struct ProbabilityCSV: Sendable {
    /// As messages call it.
    package var name: String { table.name }
    /// The columns of the probabilities, and what a label is called that means them.
    package let classColumns: [String]
    package let classes: [String]
    /// Rows whose numbers do not sum to 1, rounding aside; they are normalised. None but where the user named the columns.
    package let unnormalised: Int
    /// What makes the rows doubtful, as a sentence; nil where nothing does.
    package let remark: String?
    let table: CSVTable
    let matrix: ProbabilityMatrix
    private let columns: [Int]

    /// - Parameters:
    ///   - named: the class columns, where they are known; else see `ClassColumns`.
    ///   - label: the column of the true class, where there is one.
    ///   - group: the column of the groups.
    ///
    /// Errors: ``AblateError`` with file, row (the header is row 1) and column.
    package init(
        reading bytes: [UInt8], name: String, columns named: [String]?, label: String?, group: String
    ) throws(AblateError) {
        do {
            let table = try CSVTable(reading: bytes, name: name)
            _ = try table.index(of: group)
            let labels = try label.map { column throws(FormatError) in Set(try table.column(column).map(Self.plain)) }
            let chosen = try ClassColumns(
                of: table, named: named, labels: (labels ?? []).sorted(), other: [group] + (label.map { [$0] } ?? []))
            // Of two columns of one name nobody can say which is meant.
            for column in chosen.columns { _ = try table.index(of: table.header[column]) }
            self.table = table
            columns = chosen.columns
            (matrix, unnormalised) = try Self.probabilities(table, chosen.columns)
        } catch {
            throw AblateError(.invalid, error.description)
        }
        classColumns = columns.map { [table] in table.header[$0] }
        classes = Self.withoutCommonPrefix(classColumns)
        remark = Self.remark(table)
    }

    private static func probabilities(
        _ table: CSVTable, _ columns: [Int]
    ) throws(FormatError) -> (ProbabilityMatrix, unnormalised: Int) {
        var cells: [Double] = []
        cells.reserveCapacity(table.rows.count * columns.count)
        for (row, line) in table.rows.enumerated() {
            for column in columns {
                guard let value = CSV.number(line[column]), 0...1 ~= value else {
                    throw FormatError(
                        "\(table.name), row \(CSVTable.number(ofRow: row)), column \(table.header[column]): \"\(line[column].prefix(40))\" is no probability in 0...1"
                    )
                }
                cells.append(value)
            }
        }
        let sums = ProbabilitySums(of: cells, classes: columns.count)
        var unnormalised = 0
        for row in table.rows.indices {
            switch sums.verdict(on: cells[row * columns.count..<(row + 1) * columns.count]) {
            case .asItIs, .divided: continue
            case .off: unnormalised += 1
            case .empty:
                throw FormatError("\(table.name), row \(CSVTable.number(ofRow: row)): every probability is 0")
            }
        }
        do {
            return (try ProbabilityMatrix(values: cells, classCount: columns.count).normalised(), unnormalised)
        } catch {
            throw FormatError("\(table.name): \(error)")
        }
    }

    /// The rows by what a column says they belong to. Errors: ``AblateError`` with the row of an empty cell, as `ingest` has it: such rows
    /// would be one group, and have nothing in common.
    func grouping(by column: String) throws(AblateError) -> RowGrouping {
        let names = try self.column(column)
        if let row = names.firstIndex(of: "") {
            let more = names.count { $0.isEmpty } - 1
            throw AblateError(
                .invalid,
                "\(name), row \(CSVTable.number(ofRow: row)), column \(column) is empty\(more > 0 ? ", and \(more) more are" : ""): every row needs a group; give rows that have nothing in common different ones"
            )
        }
        return RowGrouping(ids: names.map(ExactText.init))
    }

    /// The fields of a column. Errors: ``AblateError`` where there is none of that name.
    package func column(_ column: String) throws(AblateError) -> [String] {
        try AblateError.explaining { () throws(FormatError) in try table.column(column) }
    }

    /// The class of each field of a column, and whether fields are numbers of classes and not their names.
    ///
    /// A field is the name of a class column, with or without what all their names begin with, or what `LabelColumns` reads as
    /// that. Where no field is a name, and every number from 0 to the last class occurs, fields are the classes' numbers.
    func labels(in column: String) throws(AblateError) -> (classes: [Int], areNumbers: Bool) {
        let fields = try self.column(column).map(Self.plain)
        var numbers: [String: Int] = [:]
        for (number, name) in classes.enumerated() { numbers[name] = number }
        for (number, name) in classColumns.enumerated() { numbers[name] = number }
        let distinct = Set(fields).sorted()
        var areNumbers = false
        if !distinct.allSatisfy({ numbers[$0] != nil }) {
            let families = LabelColumns.families(of: distinct, in: classColumns)
            if families.count > 1 {
                let sets = families.prefix(3).map { CSVTable.listed($0.map { classColumns[$0] }) }
                throw AblateError(
                    .invalid,
                    "\(name): the labels in \(column) may be those of the columns \(sets.joined(separator: " or ")); name the classes with --columns"
                )
            }
            if let family = families.first {
                numbers = Dictionary(uniqueKeysWithValues: zip(distinct, family))
            } else if distinct.allSatisfy({ numbers[$0] == nil }), Set(distinct) == Set(classes.indices.map { "\($0)" })
            {
                numbers = Dictionary(uniqueKeysWithValues: classes.indices.map { ("\($0)", $0) })
                areNumbers = true
            }
        }
        var found: [Int] = []
        for (row, label) in fields.enumerated() {
            guard let number = numbers[label] else {
                throw AblateError(
                    .invalid,
                    "\(name), row \(CSVTable.number(ofRow: row)), column \(column): there is no class \"\(label)\"; the classes are \(CSVTable.listed(classes))"
                )
            }
            found.append(number)
        }
        return (found, areNumbers)
    }

    /// The same table with other probabilities.
    func text(with matrix: ProbabilityMatrix) -> String {
        var text = CSV.row(table.header)
        for (row, line) in table.rows.enumerated() {
            var line = line
            for (column, value) in zip(columns, matrix[row: row]) { line[column] = "\(Float(value))" }
            text += CSV.row(line)
        }
        return text
    }

    /// A label without spaces around it, and 1 for the 1.0 that a column of numbers with gaps makes of it.
    private static func plain(_ label: String) -> String {
        var rest = label[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        if let number = CSV.number(String(rest)), let whole = Int(exactly: number) { return "\(whole)" }
        return String(rest)
    }

    /// Ids that come twice: the table was joined wrong.
    private static func remark(_ table: CSVTable) -> String? {
        guard let column = table.header.firstIndex(where: { $0.lowercased() == "id" }) else { return nil }
        var seen: [ExactText: Int] = [:]
        for (row, line) in table.rows.enumerated() {
            guard let first = seen.updateValue(row, forKey: ExactText(line[column])) else { continue }
            return
                "\(table.name), row \(CSVTable.number(ofRow: row)) has the \(table.header[column]) of row \(CSVTable.number(ofRow: first)), \"\(line[column].prefix(40))\""
        }
        return nil
    }

    /// `target_0`, `target_1` as 0, 1; what is left must not be empty.
    private static func withoutCommonPrefix(_ names: [String]) -> [String] {
        var prefix = Substring(names[0])
        for name in names { while !name.hasPrefix(prefix) { prefix.removeLast() } }
        // A number is not cut in the middle: p10 and p11 are 10 and 11.
        while let last = prefix.last, last.isNumber { prefix.removeLast() }
        return names.contains { $0.count == prefix.count } ? names : names.map { String($0.dropFirst(prefix.count)) }
    }
}
