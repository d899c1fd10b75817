// Which columns of a table of anybody's are the probabilities of its classes. Knows names and numbers; decides only where both agree.

internal import Formats

/// The columns of a table that are class probabilities.
///
/// The user names them. Or they are those that the labels name, or that share what their names begin or end with, or all
/// columns of numbers in 0...1, if in every row they sum to 1 (``ProbabilitySums``) and no other such columns do. Everything else is
/// refused: a column that is taken for a class is written over.
struct ClassColumns {
    private(set) var columns: [Int]
    private let table: CSVTable
    /// Columns that are known to be something else.
    private let others: Set<Int>
    /// The numbers of those columns that hold nothing but numbers in 0...1.
    private let values: [Int: [Double]]

    /// - Parameters:
    ///   - named: by the user, or by another table; nil where the table must tell.
    ///   - labels: the labels that rows of the table have; empty where they have none.
    ///   - other: columns that are known to be something else.
    ///
    /// Errors: ``FormatError``.
    init(of table: CSVTable, named: [String]?, labels: [String], other: [String]) throws(FormatError) {
        self.table = table
        others = Set(table.header.indices.filter { other.contains(table.header[$0]) })
        if let named {
            (columns, values) = (try Self.named(named, in: table, other: other), [:])
            return
        }
        var values: [Int: [Double]] = [:]
        for column in table.header.indices where !other.contains(table.header[column]) {
            values[column] = Self.proportions(table, column)
        }
        self.values = values
        let candidates = values.keys.sorted()
        columns = []
        columns = try chosen(from: candidates, labels, other: other)
    }

    private static func named(_ names: [String], in table: CSVTable, other: [String]) throws(FormatError) -> [Int] {
        var found: [Int] = []
        for name in names {
            let index = try table.index(of: name)
            guard !found.contains(index) else { throw FormatError("the column \"\(name)\" is named twice") }
            guard !other.contains(name) else {
                throw FormatError("the column \"\(name)\" cannot be the group or the label, and a class, too")
            }
            found.append(index)
        }
        guard found.count > 1 else { throw FormatError("there is one class column, and two or more are needed") }
        return found
    }

    /// The numbers of a column of nothing but numbers in 0...1; nil for any other.
    private static func proportions(_ table: CSVTable, _ column: Int) -> [Double]? {
        var found: [Double] = []
        found.reserveCapacity(table.rows.count)
        for row in table.rows {
            guard let value = CSV.number(row[column]), 0...1 ~= value else { return nil }
            found.append(value)
        }
        return found
    }

    private func chosen(
        from candidates: [Int], _ labels: [String], other: [String]
    ) throws(FormatError) -> [Int] {
        guard candidates.count > 1 else {
            throw FormatError(
                "\(table.name) has \(candidates.count) columns of probabilities (numbers in 0...1 in every row) among \(CSVTable.listed(table.header)), and two or more are needed\(table.separatorHint); name them with --columns"
            )
        }
        let families = self.families(of: labels, among: candidates)
        let alike = alikes(candidates)
        if families.isEmpty {
            // A class whose column holds something else: its cell will be named.
            let others = table.header.indices.filter { !other.contains(table.header[$0]) }
            let named = self.families(of: labels, among: others)
            if named.count == 1 { return named[0] }
        } else {
            // Not every class need be the label of a row: what is named alike belongs to them.
            let wider = families.flatMap { family in alike.filter { Set(family).isSubset(of: $0) } }
            let fitting = Self.distinct(families.filter(sumsToOne).isEmpty ? wider : families).filter(sumsToOne)
            if let only = try single(fitting) { return only }
        }
        func holdsFamily(_ columns: [Int]) -> Bool {
            families.isEmpty || families.contains { Set($0).isSubset(of: columns) }
        }
        if let only = try single(Self.largest(alike.filter { sumsToOne($0) && holdsFamily($0) })) { return only }
        let whole = candidates.filter { values[$0]?.allSatisfy { $0 == 0 || $0 == 1 } ?? false }
        guard sumsToOne(candidates), whole.isEmpty || whole.count == candidates.count else {
            throw refusal(families.first ?? candidates, candidates)
        }
        return candidates
    }

    /// The columns of each family that the labels name, in the table's order.
    private func families(of labels: [String], among columns: [Int]) -> [[Int]] {
        LabelColumns.families(of: labels, in: columns.map { table.header[$0] }).map { family in
            family.map { columns[$0] }.sorted()
        }
    }

    private func single(_ sets: [[Int]]) throws(FormatError) -> [Int]? {
        guard sets.count < 2 else {
            throw FormatError(
                "\(table.name): several sets of columns may be the classes, \(sets.prefix(3).map(shown).joined(separator: " or ")); name them with --columns \(option(sets[0]))"
            )
        }
        return sets.first
    }

    private func refusal(_ tried: [Int], _ candidates: [Int]) -> FormatError {
        if let cell = oddCell(beside: candidates) { return cell }
        let sum = firstOff(tried)
        let off = sum.map { ", but sum to \(Float($0.sum)) in row \(CSVTable.number(ofRow: $0.row))" } ?? ""
        let advice = reduced(candidates).map { "; \(shown($0)) would: name them with --columns \(option($0))" }
        return FormatError(
            "\(table.name): the columns \(shown(tried)) hold numbers in 0...1\(off), so it is not clear which are the classes\(advice ?? "; name them with --columns")"
        )
    }

    /// The first cell that keeps a column from being one of probabilities, where nearly all others of the column are.
    private func oddCell(beside candidates: [Int]) -> FormatError? {
        for column in table.header.indices where !candidates.contains(column) && !others.contains(column) {
            let odd = table.rows.indices.filter { row in
                CSV.number(table.rows[row][column]).map { !(0...1 ~= $0) } ?? true
            }
            guard let row = odd.first, odd.count == 1 || odd.count * 10 <= table.rows.count else { continue }
            return FormatError(
                "\(table.name), row \(CSVTable.number(ofRow: row)), column \(table.header[column]): expected a probability in 0...1, found \"\(table.rows[row][column].prefix(40))\", where \(table.rows.count - odd.count) of \(table.rows.count) rows have one; correct the cell, or name the class columns with --columns"
            )
        }
        return nil
    }

    /// The only columns that sum to 1 when one or two are left out.
    private func reduced(_ candidates: [Int]) -> [Int]? {
        guard candidates.count <= 40 else { return nil }
        let one = candidates.map { left in candidates.filter { $0 != left } }
        let two = candidates.flatMap { first in
            candidates.filter { $0 > first }.map { second in candidates.filter { $0 != first && $0 != second } }
        }
        for sets in [one, two] {
            // One row tells most of them, and a long table is not added up hundreds of times for a hint.
            let near = sets.filter { abs($0.reduce(0) { $0 + (values[$1]?.first ?? 0) } - 1) <= 0.1 }
            let fitting = near.prefix(20).filter(sumsToOne)
            if fitting.count == 1 { return fitting[0] }
        }
        return nil
    }

    /// Sets of columns that share what their names begin with, or end with, up to a sign or a number.
    private func alikes(_ candidates: [Int]) -> [[Int]] {
        var sets: [String: [Int]] = [:]
        for column in candidates {
            let name = Array(table.header[column])
            for cut in name.indices.dropFirst() {
                let (last, next) = (name[cut - 1], name[cut])
                if Self.isSign(last) || (!last.isNumber && next.isNumber) {
                    sets["begin " + String(name[..<cut]), default: []].append(column)
                }
                if Self.isSign(next) { sets["end " + String(name[cut...]), default: []].append(column) }
            }
        }
        return Self.distinct(sets.values.filter { $0.count > 1 }.sorted { $0.lexicographicallyPrecedes($1) })
    }

    private static func isSign(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }

    private static func distinct(_ sets: [[Int]]) -> [[Int]] {
        var seen: Set<[Int]> = []
        return sets.filter { seen.insert($0).inserted }
    }

    /// Without those that another one holds whole.
    private static func largest(_ sets: [[Int]]) -> [[Int]] {
        let whole = sets.map { Set($0) }
        return sets.indices.filter { index in !whole.contains { $0.isStrictSuperset(of: whole[index]) } }.map {
            sets[$0]
        }
    }

    private func sumsToOne(_ columns: [Int]) -> Bool { columns.count > 1 && firstOff(columns) == nil }

    /// The first row whose numbers are no probabilities of one row.
    private func firstOff(_ columns: [Int]) -> (row: Int, sum: Double)? {
        let own = columns.compactMap { values[$0] }
        var cells: [Double] = []
        cells.reserveCapacity(table.rows.count * own.count)
        for row in table.rows.indices { for column in own { cells.append(column[row]) } }
        let sums = ProbabilitySums(of: cells, classes: own.count)
        for row in table.rows.indices {
            let part = cells[row * own.count..<(row + 1) * own.count]
            switch sums.verdict(on: part) {
            case .asItIs, .divided: continue
            case .empty: return (row, 0)
            case .off(let sum): return (row, sum)
            }
        }
        return nil
    }

    private func shown(_ columns: [Int]) -> String { CSVTable.listed(columns.map { table.header[$0] }) }
    private func option(_ columns: [Int]) -> String {
        let names = columns.map { table.header[$0] }.joined(separator: ",")
        return names.allSatisfy { $0.isLetter || $0.isNumber || "_-.,".contains($0) } ? names : "'\(names)'"
    }
}
