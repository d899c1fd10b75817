// What of a table may be meant to be predicted: a column or several, as classes, shares, yes-or-no answers or numbers. Decides nothing.

internal import Words

/// One way to read what a table says of its rows.
package struct TargetReading: Sendable {
    /// As `data.target` calls them.
    package enum Kind: String, Sendable {
        case classes, ordinal, number
        case multiLabel = "multi-label"
    }

    package let kind: Kind
    package let columns: [String]
    /// Of classes and ordinal: the labels in their order.
    package var labels: [String] = []
    /// Why it may be meant, as a clause.
    package let reason: String

    /// One label for each row.
    package var isOfOneLabel: Bool { kind == .classes || kind == .ordinal }

    // MARK: - One column

    /// The ways to read one column, the likeliest first; none where nothing can be learnt from it.
    static func readings(of column: TableColumn, because reason: String) -> [TargetReading] {
        // Braces in the name of a label put one together from several columns.
        guard !column.name.contains(where: { $0 == "{" || $0 == "}" }) else { return [] }
        let labels = labels(of: column)
        let classes = TargetReading(
            kind: .classes, columns: [column.name], labels: labels,
            reason: "\(reason); \(labels.count) different values")
        guard let numbers = column.numbers, column.isWhole, !column.isFlag else {
            return column.isCategory && labels.count > 1 ? [classes] : []
        }
        guard let least = numbers.first, let greatest = numbers.last, labels.count > 1 else { return [] }
        let number = TargetReading(
            kind: .number, columns: [column.name],
            reason: "\(reason); numbers from \(TableColumn.short(least)) to \(TableColumn.short(greatest))")
        let ordinal = TargetReading(
            kind: .ordinal, columns: [column.name], labels: labels,
            reason: "\(reason); \(labels.count) numbers that may be an order")
        let isSmall = column.isCategory && labels.count <= 50
        if !isSmall { return [number] }
        guard labels.count > 2 else { return [classes] }
        if !column.isOfWholeNumbers { return labels.count <= 12 ? [number, ordinal] : [number] }
        let isGrade = column.has(grades)
        let isDense = greatest - least < 2 * Double(labels.count) && labels.count <= 12
        if isGrade { return isDense ? [ordinal, number] : [number, classes] }
        return isDense ? [classes, ordinal] : [classes, number]
    }

    /// Words of names of what has an order.
    static let grades: Set = [
        "score", "scores", "rating", "ratings", "grade", "grades", "stars", "star", "level", "points", "quality",
        "difficulty",
        "similarity", "severity",
    ]

    /// Each value as a label: numbers by their value where they are written in several ways or as 1.0, all else as it is.
    private static func labels(of column: TableColumn) -> [String] {
        let written = column.distinct.filter { !$0.isEmpty }
        guard let numbers = column.numbers else {
            // true, True and TRUE are one label.
            let flags = Set(written.map { ["true", "false"].contains($0.lowercased()) ? $0.lowercased() : $0 })
            return flags.sorted(by: naturally)
        }
        let isPlain = Set(numbers).count == written.count && !written.contains { $0.contains(".") && $0.hasSuffix("0") }
        return isPlain
            ? written.sorted(by: naturally)
            : Set(numbers).sorted().map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : String($0) }
    }

    /// Numbers by their value, all else by the alphabet.
    private static func naturally(_ left: String, _ right: String) -> Bool {
        if let first = Double(left), let second = Double(right), first != second { return first < second }
        return left < right
    }

    // MARK: - Several columns

    /// A label that is put together from two columns of categories; nil where the two have too many pairs for that.
    static func pair(_ first: TableColumn, _ second: TableColumn) -> TargetReading? {
        let isNamed = [first, second].allSatisfy { column in
            column.name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F || $0 == 0x2D
            }
        }
        let pairs = Set(zip(first.values, second.values).map { "\($0):\($1)" })
        guard isNamed, first.isCategory, second.isCategory, first.numbers == nil, second.numbers == nil,
            pairs.count > max(first.distinct.count, second.distinct.count), pairs.count * 2 <= first.values.count,
            pairs.count <= 200
        else { return nil }
        return TargetReading(
            kind: .classes, columns: ["{\(first.name)}:{\(second.name)}"], labels: pairs.sorted(),
            reason: "both columns as one label; \(pairs.count) pairs")
    }

    /// Columns of 0 and 1 of which each row has exactly one 1: a label each.
    static func oneHot(_ columns: [TableColumn]) -> TargetReading? {
        guard columns.count > 1, let rows = columns.first?.values.count else { return nil }
        let flags = columns.map(\.flag)
        guard (0..<rows).allSatisfy({ row in flags.count { $0[row] } == 1 }) else { return nil }
        return TargetReading(
            kind: .classes, columns: columns.map(\.name), labels: labels(ofNames: columns.map(\.name)),
            reason: "each row has 1 in exactly one of these columns")
    }

    /// Columns of numbers from 0 to 1 that sum to 1 in each row: the shares of a label each.
    static func shares(_ columns: [TableColumn]) -> TargetReading? {
        let numbers = columns.compactMap(\.numberOfEachRow)
        guard columns.count > 1, numbers.count == columns.count, let rows = numbers.first?.count,
            columns.contains(where: { !$0.isOfWholeNumbers })
        else { return nil }
        let isShared = (0..<rows).allSatisfy { row in
            let own = numbers.map { $0[row] }
            return own.allSatisfy { (0...1).contains($0) } && abs(own.reduce(0, +) - 1) <= 1e-3
        }
        guard isShared else { return nil }
        return TargetReading(
            kind: .classes, columns: columns.map(\.name), labels: labels(ofNames: columns.map(\.name)),
            reason: "numbers from 0 to 1 that sum to 1 in each row: a share for each label")
    }

    static func severalAtOnce(_ columns: [TableColumn]) -> TargetReading {
        TargetReading(
            kind: .multiLabel, columns: columns.map(\.name),
            reason: "columns of 0 and 1, of which a row has none, one or several")
    }

    static func severalNumbers(_ columns: [TableColumn]) -> TargetReading {
        TargetReading(kind: .number, columns: columns.map(\.name), reason: "columns of numbers of one range")
    }

    /// What is left of names without what all begin with, up to a boundary of words: model_a, model_b and tie of winner_...
    private static func labels(ofNames names: [String]) -> [String] {
        guard var shared = names.first else { return names }
        for name in names { shared = shared.commonPrefix(with: name) }
        let boundary = shared.lastIndex { !$0.isLetter && !$0.isNumber }
        let begin = boundary.map { shared.distance(from: shared.startIndex, to: $0) + 1 } ?? 0
        let rest = names.map { String($0.dropFirst(begin)) }
        return rest.contains("") ? names : rest
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
