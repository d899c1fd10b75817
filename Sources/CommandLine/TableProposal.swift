// A look at a table of the user's: which column is probably which. A proposal for a person to read, never a decision.

internal import Formats

/// What the columns of a CSV file look like.
struct TableProposal {
    var id: String?
    var prompt: String?
    var answer: String?
    var label: String?
    var group: String?
    var labels: [String] = []
    /// Whether each group holds each label exactly once.
    var isOneOfEach = false
    let columns: [String]

    /// Rows beyond these change no proposal.
    private static let limit = 5_000

    /// Nil where the bytes are no table with a header and a row.
    init?(_ bytes: [UInt8]) {
        guard let rows = try? CSV.rows(of: bytes), let header = rows.first, rows.count > 1 else { return nil }
        columns = header
        let body = rows.dropFirst().prefix(Self.limit).filter { $0.count == header.count }
        guard !body.isEmpty else { return nil }
        let stats = header.indices.map { index in Column(name: header[index], values: body.map { $0[index] }) }
        id = stats.first { $0.isNamed("id", "row_id", "uid", "index") && $0.isUnique }?.name
        let label =
            stats.first { $0.isNamed("label", "target", "class", "category", "y", "generated", "writer") && $0.isLabel }
            ?? stats.last { $0.isLabel && $0.name != id }
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
        guard
            let grouping = prompt
                ?? stats.first(where: { $0.isNamed("group", "group_id", "user", "author", "source") }),
            grouping.distinct.count < body.count, grouping.distinct.count > 1
        else { return }
        group = grouping.name
        guard let label, labels.count > 1, grouping.distinct.count * labels.count == body.count else { return }
        var seen: Set<[String]> = []
        for (group, label) in zip(grouping.values, label.values) { seen.insert([group, label]) }
        isOneOfEach = seen.count == body.count
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

        var isUnique: Bool { distinct.count == values.count }
        /// Few different short values, each standing more than once.
        var isLabel: Bool {
            (2...50).contains(distinct.count) && distinct.count * 2 <= values.count && meanLength <= 40
                && !distinct.contains("")
        }
        func isNamed(_ names: String...) -> Bool { names.contains(name.lowercased()) }
    }

    /// Numbers by their value, all else by the alphabet.
    private static func naturally(_ left: String, _ right: String) -> Bool {
        if let first = Double(left), let second = Double(right) { return first < second }
        return left < right
    }
}
