// A CSV whose columns are class probabilities, such as a submission. Knows columns and rows, not what is done with them.

internal import Numerics

/// A table with one column for each class, and whatever else it has.
package struct ProbabilityCSV: Sendable {
    /// As messages call it.
    package let name: String
    package let header: [String]
    /// The fields of each row; as many as the header has.
    package let rows: [[String]]
    /// The columns of the probabilities, in the order of the header, and what a label is called that means them.
    package let classColumns: [Int]
    package let classes: [String]
    let matrix: ProbabilityMatrix
    /// Rows that do not sum to 1 within 1 in 100; they are normalised.
    package let unnormalised: Int

    /// - Parameters:
    ///   - named: the class columns, where the user names them; else all columns that hold nothing but numbers in 0...1 and are
    ///     not `other`.
    ///   - other: columns that are known to be something else.
    /// Errors: ``StepError`` with file, row (the header is row 1) and column.
    package init(
        reading bytes: [UInt8], name: String, classes named: [String]?, other: [String]
    ) throws(StepError) {
        self.name = name
        let lines: [[String]]
        do { lines = try CSV.rows(of: bytes) } catch { throw StepError("\(name): \(error)") }
        guard let header = lines.first, lines.count > 1 else {
            throw StepError("\(name) has no rows; it must be a CSV with a header and class probabilities")
        }
        for (index, line) in lines.enumerated() where line.count != header.count {
            throw StepError("\(name), row \(index + 1) has \(line.count) fields, and the header \(header.count)")
        }
        self.header = header
        rows = Array(lines.dropFirst())
        let known = try Self.columns(named ?? [], of: header, name)
        let values = rows.map { row in row.map { Double($0.trimmingSpaces) } }
        classColumns =
            named != nil
            ? known
            : header.indices.filter { column in
                !other.contains(header[column]) && values.allSatisfy { $0[column].map { 0...1 ~= $0 } ?? false }
            }
        guard classColumns.count > 1 else {
            throw StepError(
                "\(name) has \(classColumns.count) columns of probabilities (numbers in 0...1 in every row) among \(header.joined(separator: ", ")); name them with --classes"
            )
        }
        var cells: [Double] = []
        cells.reserveCapacity(rows.count * classColumns.count)
        var unnormalised = 0
        for (row, line) in values.enumerated() {
            var sum = 0.0
            for column in classColumns {
                guard let value = line[column], 0...1 ~= value else {
                    throw StepError(
                        "\(name), row \(row + 2), column \(header[column]): \"\(rows[row][column])\" is no probability in 0...1"
                    )
                }
                sum += value
                cells.append(value)
            }
            guard sum > 0 else { throw StepError("\(name), row \(row + 2): every probability is 0") }
            if abs(sum - 1) > 0.01 { unnormalised += 1 }
        }
        self.unnormalised = unnormalised
        do {
            matrix = try ProbabilityMatrix(values: cells, classCount: classColumns.count).normalised()
        } catch {
            throw StepError("\(name): \(error)")
        }
        classes = Self.withoutCommonPrefix(classColumns.map { header[$0] })
    }

    /// The fields of a column. Errors: ``StepError`` where there is none of that name.
    package func column(_ column: String) throws(StepError) -> [String] {
        let index = try Self.columns([column], of: header, name)[0]
        return rows.map { $0[index] }
    }

    /// The class of each field of a column: the name of a class column, with or without what all their names begin with.
    func labels(in column: String) throws(StepError) -> [Int] {
        var numbers: [String: Int] = [:]
        for (number, name) in classes.enumerated() { numbers[name] = number }
        for (number, index) in classColumns.enumerated() { numbers[header[index]] = number }
        var found: [Int] = []
        for (row, label) in try self.column(column).enumerated() {
            guard let number = numbers[label.trimmingSpaces] else {
                throw StepError(
                    "\(name), row \(row + 2), column \(column): there is no class \"\(label)\"; the classes are \(classes.joined(separator: ", "))"
                )
            }
            found.append(number)
        }
        return found
    }

    /// The same table with other probabilities.
    func text(with matrix: ProbabilityMatrix) -> String {
        var text = CSV.line(header)
        for (row, line) in rows.enumerated() {
            var line = line
            for (column, value) in zip(classColumns, matrix[row: row]) { line[column] = "\(Float(value))" }
            text += CSV.line(line)
        }
        return text
    }

    private static func columns(_ names: [String], of header: [String], _ file: String) throws(StepError) -> [Int] {
        var found: [Int] = []
        for name in names {
            guard let index = header.firstIndex(of: name) else {
                throw StepError("\(file) has no column \"\(name)\"; it has \(header.joined(separator: ", "))")
            }
            found.append(index)
        }
        return found
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

extension String {
    fileprivate var trimmingSpaces: String {
        guard utf8.first == 0x20 || utf8.last == 0x20 || utf8.last == 0x09 || utf8.first == 0x09 else { return self }
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
