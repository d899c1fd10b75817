// A column of a table as it looks: its name in words, what its values are. Knows no role that a column may have.

internal import Formats

/// A column of a table's head.
struct TableColumn {
    let name: String
    /// The words of its name, in small letters: `winner_model_a`, `QuestionText` and `is-good` have three, two and two.
    let words: [String]
    let values: [String]
    let distinct: Set<String>
    /// The rows in which something stands.
    let filled: Int
    /// In bytes of UTF-8, over these rows.
    let meanLength: Double
    /// The different values as numbers; nil where one that is not empty is none, or all are empty.
    let numbers: [Double]?

    init(name: String, values: [String]) {
        self.name = name
        self.values = values
        words = Self.words(of: name)
        distinct = Set(values)
        filled = values.count { !$0.isEmpty }
        meanLength = filled == 0 ? 0 : Double(values.reduce(0) { $0 + $1.utf8.count }) / Double(filled)
        let written = distinct.filter { !$0.isEmpty }
        let numbers = written.compactMap(CSV.number).filter(\.isFinite)
        self.numbers = numbers.isEmpty || numbers.count < written.count ? nil : numbers.sorted()
    }

    /// Whether each row has a value, as an id, a group and a label must.
    var isWhole: Bool { !values.isEmpty && filled == values.count }
    var isUnique: Bool { distinct.count == values.count }
    var isConstant: Bool { distinct.count < 2 }

    /// 0 and 1 in one of the ways in which programs write them; both are there.
    var isFlag: Bool {
        isWhole && distinct.isSubset(of: Self.flags) && !distinct.isDisjoint(with: Self.ones)
            && !distinct.isSubset(of: Self.ones)
    }
    /// Of a flag, whether each row has 1.
    var flag: [Bool] { values.map(Self.ones.contains) }
    private static let ones: Set = ["1", "1.0", "true", "True", "TRUE"]
    private static let flags = ones.union(["0", "0.0", "false", "False", "FALSE"])

    /// Each row's number; nil where some row has none.
    var numberOfEachRow: [Double]? { isWhole && numbers != nil ? values.compactMap(CSV.number) : nil }
    var isOfWholeNumbers: Bool { numbers?.allSatisfy { $0 == $0.rounded() } ?? false }

    /// Few different short values, each of which stands more than once on average.
    var isCategory: Bool {
        isWhole && distinct.count > 1 && distinct.count * 2 <= values.count && meanLength <= 40
    }
    /// A column whose name calls its values ids.
    var isCalledID: Bool {
        let plain = words.map { String($0.reversed().drop { $0.isNumber }.reversed()) }
        return plain.first == "id" || plain.last.map(Self.ids.contains) ?? false
    }
    /// Whole numbers, each once, as rows are numbered.
    var isNumbering: Bool { isUnique && isWhole && isOfWholeNumbers }
    private static let ids: Set = [
        "id", "ids", "idx", "uid", "uuid", "guid", "index", "key", "qid", "pid", "docid", "rowid",
    ]

    func isNamed(_ names: String...) -> Bool { names.contains(name.lowercased()) }
    func has(_ words: Set<String>) -> Bool { self.words.contains(where: words.contains) }

    /// What people call the texts of a row.
    var isCalledText: Bool { has(Self.texts) }
    private static let texts: Set = [
        "text", "texts", "answer", "response", "completion", "essay", "content", "output", "body", "question", "prompt",
        "instruction", "query", "input", "title", "explanation", "comment", "excerpt", "sentence", "sentence1",
        "sentence2",
        "premise", "hypothesis", "abstract", "description", "review", "tweet", "message", "passage", "document",
        "summary",
        "headline", "utterance", "anchor", "article", "story", "reply", "post", "transcript", "paragraph", "chosen",
        "rejected",
    ]

    /// Texts that a model may read: words, not names, codes, addresses or numbers.
    var isText: Bool {
        guard numbers == nil, !isCalledID, filled * 10 >= values.count, filled > 0 else { return false }
        let some = distinct.lazy.filter { !$0.isEmpty }.prefix(200)
        let count = some.reduce(0) { sum, _ in sum + 1 }
        func most(_ holds: (String) -> Bool) -> Bool { some.reduce(0) { $0 + (holds($1) ? 1 : 0) } * 2 > count }
        guard most({ $0.contains(where: \.isLetter) || meanLength > 3 && isCalledText }) else { return false }
        if most({ $0.hasPrefix("http://") || $0.hasPrefix("https://") || $0.hasPrefix("www.") }) { return false }
        let hasWords = most { $0.contains(where: \.isWhitespace) || $0.utf8.contains { $0 > 0x7F } && $0.count > 8 }
        if isCalledText {
            return meanLength > (distinct.count > 2 ? 4 : 12) && (hasWords || !isCategory || meanLength > 24)
        }
        return filled * 2 >= values.count && hasWords && meanLength > 8 && (!isCategory || meanLength > 24)
    }

    /// How it looks, as a clause of a few words.
    var look: String {
        if filled == 0 { return "empty" }
        if distinct.count == 1 { return "one value" }
        let gaps = filled * 2 < values.count ? ", mostly empty" : isWhole ? "" : ", empty in some rows"
        let own = isUnique && isWhole ? "a value of its own in each row" : "\(distinct.count) different values"
        if isText { return "texts of \(Int(meanLength)) bytes on average\(gaps)" }
        if let numbers, let first = numbers.first, let last = numbers.last {
            return
                "\(isOfWholeNumbers ? "whole numbers" : "numbers") from \(Self.short(first)) to \(Self.short(last))\(gaps)"
        }
        return own + gaps
    }

    static func short(_ number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
        return String((number * 1000).rounded() / 1000)
    }

    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        let characters = Array(name)
        func end() {
            if !word.isEmpty { words.append(word.lowercased()) }
            word = ""
        }
        for (index, character) in characters.enumerated() {
            guard character.isLetter || character.isNumber else {
                end()
                continue
            }
            let follows = index + 1 < characters.count && characters[index + 1].isLowercase
            if character.isUppercase, let before = word.last, before.isLowercase || before.isNumber || follows { end() }
            word.append(character)
        }
        end()
        return words
    }
}
