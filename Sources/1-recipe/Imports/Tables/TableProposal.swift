// A look at a table of the user's: which column is probably which. A proposal for a person to read, never a decision.

internal import Nodes
internal import Words

/// What the columns of a table look like.
package struct TableProposal: Sendable {
    package private(set) var id: String?
    package private(set) var prompt: String?
    package private(set) var answer: String?
    /// More than two texts of a row, by their names; empty where prompt and answer say them.
    package private(set) var texts: [(name: String, column: String)] = []
    package private(set) var label: String?
    package private(set) var group: String?
    package private(set) var labels: [String] = []
    /// Whether each group holds each label exactly once.
    package private(set) var isOneOfEach = false
    /// What a recipe cannot take as it is, as sentences.
    package private(set) var notes: [String] = []
    package let columns: [String]

    package init(_ table: TableReading) {
        columns = table.header
        let body = table.rows
        let repeated = Dictionary(columns.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }
        // Of columns of one name none can be meant, and one without a name cannot be asked for.
        let stats = columns.indices.filter { repeated[columns[$0]] == nil && columns[$0].contains { !$0.isWhitespace } }
            .map { index in Column(name: columns[index], values: body.map { $0[index] }) }
        id = Self.id(among: stats)
        let flags = Self.flags(among: stats, id: id)
        let label = Self.label(among: stats.filter { $0.name != id && !flags.columns.contains($0.name) })
        self.label = label?.name
        labels = label?.distinct.sorted(by: Self.naturally) ?? []
        let texts = stats.filter { $0.name != id && $0.name != self.label && $0.meanLength > 8 }
        let answer =
            texts.first { $0.isNamed("answer", "response", "completion", "text", "essay", "content", "output", "body") }
            ?? texts.max { $0.meanLength < $1.meanLength }
        self.answer = answer?.name
        let prompt = texts.first {
            $0.name != answer?.name && $0.isNamed("question", "prompt", "instruction", "query", "input", "title")
        }
        self.prompt = prompt?.name
        let long = texts.filter { $0.meanLength > 24 || $0.name == prompt?.name || $0.name == answer?.name }
        if long.count > 2 { self.texts = Self.named(long.map(\.name)) }
        note(flags)
        if !repeated.isEmpty {
            notes.append(
                "several columns are called \(repeated.keys.sorted().prefix(8).map { "'\($0.shown)'" }.joined(separator: ", ")); rename all but one of each, so that a recipe can name it"
            )
        }
        // A column has one role, but for a question, which may hold its answers together.
        let taken = [id, self.answer, self.label]
        guard
            let grouping = prompt
                ?? stats.first(where: {
                    $0.isNamed("group", "group_id", "user", "author", "source") && $0.isWhole
                        && !taken.contains($0.name)
                }),
            grouping.isWhole,
            grouping.distinct.count < body.count, grouping.distinct.count > 1
        else { return }
        group = grouping.name
        guard let label, labels.count > 1, grouping.distinct.count * labels.count == body.count else { return }
        var seen: Set<[String]> = []
        for (group, label) in zip(grouping.values, label.values) { seen.insert([group, label]) }
        isOneOfEach = seen.count == body.count
    }

    /// A name for what was not found: of no column of the table, so that it is no guess.
    func free(_ name: String) -> String {
        var name = name
        while columns.contains(name) { name += "-column" }
        return name
    }

    /// A column whose every row has a value of its own, and whose name says that it names rows.
    private static func id(among stats: [Column]) -> String? {
        let unique = stats.filter { $0.isUnique && $0.isWhole && $0.meanLength <= 80 }
        return
            (unique.first { $0.isNamed("id", "row_id", "uid", "uuid", "guid", "index", "key") }
            ?? unique.first { column in
                let name = column.name.lowercased()
                return ["_id", "-id", " id", ".id", "_uid", "_uuid", "_key"].contains { name.hasSuffix($0) }
                    || name.hasPrefix("id_") || column.name.hasSuffix("Id") || column.name.hasSuffix("ID")
            })?.name
    }

    /// By its name first; else the last that looks like one, and is not known to be something else.
    private static func label(among stats: [Column]) -> Column? {
        let some = stats.filter(\.isLabel)
        let words = [
            "label", "labels", "target", "class", "category", "y", "generated", "writer", "sentiment", "winner",
            "outcome",
        ]
        return some.first { words.contains($0.name.lowercased()) }
            ?? some.first { column in
                let name = column.name.lowercased()
                return ["label", "target", "class", "category", "sentiment"].contains {
                    name.hasSuffix($0) || name.hasPrefix($0)
                }
                    || name.hasPrefix("is_")
            }
            ?? some.last { column in
                let name = column.name.lowercased()
                return ![
                    "fold", "split", "weight", "lang", "source", "group", "author", "user", "year", "date", "month",
                    "count",
                    "length", "model", "version", "region", "country", "channel",
                ].contains { name.contains($0) }
            } ?? some.last
    }

    /// Columns of 0 and 1, three or more; `isOneHot` where each row has exactly one 1.
    private static func flags(among stats: [Column], id: String?) -> (columns: [String], isOneHot: Bool) {
        let flags = stats.filter {
            $0.name != id && $0.distinct.isSubset(of: ["0", "1", "0.0", "1.0", "true", "false", "True", "False"])
                && $0.distinct.count == 2
        }
        guard flags.count > 2, let rows = flags.first?.values.count else { return ([], false) }
        let isOneHot = (0..<rows).allSatisfy { row in
            flags.count { ["1", "1.0", "true", "True"].contains($0.values[row]) } == 1
        }
        let isWhole =
            isOneHot
            || !flags.contains {
                $0.isNamed("label", "target", "class", "y", "generated", "winner", "outcome", "sentiment")
            }
        return isWhole ? (flags.map(\.name), isOneHot) : ([], false)
    }

    /// Columns by names that a template can have places for: their own, where these will do.
    private static func named(_ columns: [String]) -> [(name: String, column: String)] {
        var taken: Set<String> = ["keep", "quantile"]
        return columns.enumerated().map { index, column in
            let plain = String(column.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
            let own = plain.first.map { $0.isLetter } == true && plain.count <= 60 ? plain : "text_\(index + 1)"
            let name = taken.insert(own).inserted ? own : "\(own)_\(index + 1)"
            taken.insert(name)
            return (name, column)
        }
    }

    private mutating func note(_ flags: (columns: [String], isOneHot: Bool)) {
        func list(_ names: [String]) -> String { names.prefix(8).map(\.shown).joined(separator: ", ") }
        if !flags.columns.isEmpty {
            let names = flags.columns.map { "'\($0.shown)'" }.joined(separator: ", ")
            notes.append(
                flags.isOneHot
                    ? "\(list(flags.columns)): one column for each label; join them into one first: table['label'] = table[[\(names)]].idxmax(axis=1)"
                    : "\(list(flags.columns)): several yes-or-no columns; a recipe predicts one column of labels, so choose one, or write a recipe for each"
            )
        }
        if !texts.isEmpty {
            notes.append(
                "\(list(texts.map(\.column))): a row has \(texts.count) texts, and the template reads all of them; leave out what a model should not read"
            )
        }
    }

    private struct Column {
        let name: String
        let values: [String]
        let distinct: Set<String>
        let meanLength: Double

        init(name: String, values: [String]) {
            self.name = name
            self.values = values
            distinct = Set(values)
            meanLength = Double(values.reduce(0) { $0 + $1.utf8.count }) / Double(values.count)
        }

        /// Whether each row has a value, as an id and a group must.
        var isWhole: Bool { !distinct.contains("") }
        var isUnique: Bool { distinct.count == values.count }
        /// Few different short values, each standing more than once.
        var isLabel: Bool {
            (2...50).contains(distinct.count) && distinct.count * 2 <= values.count && meanLength <= 40
                && isWhole
        }
        func isNamed(_ names: String...) -> Bool { names.contains(name.lowercased()) }
    }

    /// Numbers by their value, all else by the alphabet.
    private static func naturally(_ left: String, _ right: String) -> Bool {
        if let first = Double(left), let second = Double(right) { return first < second }
        return left < right
    }
}
