// Which reading of a table's columns is the likeliest target, and which others are there: by names first, then by what columns hold.

internal import Words

/// What is probably to be predicted.
struct TargetChoice {
    var chosen: TargetReading?
    /// Other readings, the likelier first.
    var others: [TargetReading] = []
    /// Whether nothing tells the first of the others from the chosen one but a guess.
    var isGuess = false
    /// Whether it was chosen since no other column is left.
    var isUnnamed = false
    /// Why nothing is chosen although there are readings.
    var question: String?

    /// - Parameter columns: those that no other role has taken.
    init(among columns: [TableColumn]) {
        let some = columns.filter { !$0.isText && !$0.isConstant }
        let named = Self.named(some)
        let blocks = Self.blocks(some, named: named)
        if let question = Self.question(columns, named: named) {
            self.question = question
            others = Self.weak(some, outside: []).flatMap { Array($0.prefix(1)) }
            return
        }
        let best = named.first?.rank
        let first = named.prefix { $0.rank == best }
        if let block = blocks.first, first.allSatisfy({ block.columns.contains($0.column.name) }) {
            chosen = block
            let weak = named.isEmpty ? Self.weak(some, outside: block.columns).flatMap { Array($0.prefix(1)) } : []
            isGuess = !weak.isEmpty && (block.kind == .number || block.kind == .multiLabel)
            others = (isGuess ? weak : []) + blocks.dropFirst()
            if block.columns.count == 2, block.kind == .multiLabel || block.kind == .number,
                !first.isEmpty || weak.isEmpty
            {
                isGuess = true
                others =
                    some.filter { block.columns.contains($0.name) }.reversed().compactMap {
                        TargetReading.readings(of: $0, because: "one of the two alone").first
                    } + others
            }
            return
        }
        if !first.isEmpty {
            // Of several that are called alike the last one comes first: labels stand at the end.
            let readings = first.reversed().map(\.readings)
            take(readings, and: blocks, isGuess: first.count > 1)
            let rest = named.dropFirst(first.count).compactMap(\.readings.first)
            let weak = Self.weak(some, outside: named.map(\.column.name)).compactMap(\.first).filter(\.isOfOneLabel)
            let single = rest + weak.prefix(2)
            let pairs = single.prefix(1).compactMap { other in
                guard let own = some.first(where: { [$0.name] == chosen?.columns }),
                    let second = some.first(where: { [$0.name] == other.columns })
                else { return nil as TargetReading? }
                return TargetReading.pair(own, second)
            }
            others += (pairs + single).filter { reading in !others.contains { $0.columns == reading.columns } }
            return
        }
        let weak = Self.weak(some, outside: [])
        take(weak, and: blocks, isGuess: weak.count > 1)
        isUnnamed = weak.count == 1
    }

    private mutating func take(_ readings: [[TargetReading]], and blocks: [TargetReading], isGuess: Bool) {
        guard let first = readings.first else { return }
        chosen = first.first
        let heads = readings.dropFirst().compactMap(\.first)
        others = isGuess ? heads + first.dropFirst() : Array(first.dropFirst())
        others += blocks
        self.isGuess = isGuess
    }

    // MARK: - By name

    private struct Named {
        let column: TableColumn
        let rank: Int
        let readings: [TargetReading]
    }

    private static let ranks: [Set<String>] = [
        ["label", "labels", "target", "targets", "class", "y", "gold", "ground_truth", "gold_label", "groundtruth"],
        [
            "category", "generated", "writer", "sentiment", "winner", "outcome", "score", "rating", "grade", "stars",
            "emotion",
            "intent", "polarity", "stance", "toxicity", "spam", "correct", "is_correct", "relevance", "similarity",
        ],
    ]
    private static let labelWords: Set = [
        "label", "labels", "target", "class", "category", "sentiment", "winner", "score", "rating", "grade", "stars",
        "is",
        "emotion", "outcome",
    ]

    /// Columns whose names say that they are labels, the surest first and else in their order.
    private static func named(_ columns: [TableColumn]) -> [Named] {
        let found = columns.compactMap { column -> Named? in
            let name = column.name.lowercased()
            let exact = ranks.firstIndex { $0.contains(name) }
            let isPart = column.has(labelWords) && !isFeature(column) && (!column.isCalledID || column.isCategory)
            guard let rank = exact ?? (isPart ? ranks.count : nil) else { return nil }
            let readings = TargetReading.readings(of: column, because: "called '\(column.name.shown)'")
            return readings.isEmpty ? nil : Named(column: column, rank: rank, readings: readings)
        }
        return found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
    }

    /// Names of what describes a row and is seldom predicted.
    private static let features: Set = [
        "fold", "split", "weight", "lang", "language", "source", "group", "author", "user", "year", "date", "month",
        "day", "time",
        "timestamp", "count", "counts", "length", "len", "num", "n", "model", "version", "region", "country", "channel",
        "license",
        "url", "std", "stderr", "error", "variance", "age", "name", "names", "page", "words", "chars", "tokens", "size",
        "domain", "file",
    ]

    private static func isFeature(_ column: TableColumn) -> Bool { column.has(features) }

    /// Columns that might be labels by what they hold alone, the last first.
    private static func weak(_ columns: [TableColumn], outside block: [String]) -> [[TargetReading]] {
        let free = columns.filter { !$0.isCalledID && !isFeature($0) && !$0.isNumbering && !block.contains($0.name) }
        return free.reversed().map { column in
            TargetReading.readings(of: column, because: "not called a label, but it could be one")
        }.filter { $0.first.map { !$0.isOfOneLabel || $0.labels.count <= 50 } ?? false }
    }

    // MARK: - Several columns

    private static func blocks(_ columns: [TableColumn], named: [Named]) -> [TargetReading] {
        let flags = columns.filter { $0.isFlag && !$0.isCalledID }
        let exact = Set(named.filter { $0.rank < ranks.count }.map(\.column.name))
        var blocks: [TargetReading] = []
        for family in [flags] + families(of: flags) {
            if let block = TargetReading.oneHot(family) { return [block] }
        }
        let shares = columns.filter { !$0.isCalledID && $0.numbers?.first ?? -1 >= 0 && $0.numbers?.last ?? 2 <= 1 }
        for family in [shares] + families(of: shares) {
            if let block = TargetReading.shares(family) { return [block] }
        }
        // A column that is called the label is not one of several, unless all are called so.
        func areAlike(_ columns: [TableColumn]) -> Bool {
            let called = columns.count { exact.contains($0.name) }
            return columns.count > 1 && (called == 0 || called == columns.count)
        }
        if areAlike(flags) { blocks.append(.severalAtOnce(flags)) }
        let numbers = columns.filter {
            !$0.isFlag && !$0.isCalledID && !isFeature($0) && !$0.isNumbering && $0.numberOfEachRow != nil
        }
        if areAlike(numbers), areOfOneRange(numbers) { blocks.append(.severalNumbers(numbers)) }
        return blocks
    }

    /// Columns whose names begin with one word.
    private static func families(of columns: [TableColumn]) -> [[TableColumn]] {
        let words = columns.compactMap(\.words.first)
        return Set(words.filter { word in words.count { $0 == word } > 1 }).sorted().map { word in
            columns.filter { $0.words.first == word }
        }
    }

    private static func areOfOneRange(_ columns: [TableColumn]) -> Bool {
        let ranges = columns.compactMap { column -> ClosedRange<Double>? in
            guard let least = column.numbers?.first, let greatest = column.numbers?.last else { return nil }
            return least...greatest
        }
        let widths = ranges.map { $0.upperBound - $0.lowerBound }
        guard let narrowest = widths.min(), let widest = widths.max(), let least = ranges.map(\.upperBound).min(),
            let greatest = ranges.map(\.lowerBound).max()
        else { return false }
        return narrowest > 0 && widest <= 2 * narrowest && greatest < least
    }

    /// A table with a column for each of several choices, and an id beside each: what is meant to be predicted of which, it does not say.
    private static func question(_ columns: [TableColumn], named: [Named]) -> String? {
        guard named.isEmpty else { return nil }
        var families: [[String]: [TableColumn]] = [:]
        for column in columns {
            for (place, word) in column.words.enumerated() where word.count == 1 {
                families[Array(column.words[..<place]) + ["?"] + column.words[(place + 1)...], default: []].append(
                    column)
            }
        }
        let whole = families.filter { $0.value.count > 2 }
        let isOfChoices = whole.contains { $0.value.contains(where: \.isText) }
        guard isOfChoices, let ids = whole.values.first(where: { $0.allSatisfy(\.isCalledID) }) else { return nil }
        let names = ids.map(\.name.shown).joined(separator: ", ")
        return
            "the row holds several choices, and \(names) say something of each: to predict that, write a table with a row for each choice first"
    }
}
