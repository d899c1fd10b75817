// A look at a table of the user's: which column is probably which, and why. A proposal for a person to read, never a decision.

internal import Words

/// What the user says of the columns; what is not said is looked for.
package struct StatedColumns: Sendable {
    package var labels: [String]
    package var texts: [String]
    package var group: String?

    package init(labels: [String] = [], texts: [String] = [], group: String? = nil) {
        (self.labels, self.texts, self.group) = (labels, texts, group)
    }
}

/// What the columns of a table look like.
package struct TableProposal: Sendable {
    package private(set) var id: ProposedColumn?
    /// The texts of a row by the names that templates have for them. `prompt` and `answer` where they are one text, or a question and
    /// what was said.
    package private(set) var texts: [(name: String, column: ProposedColumn)] = []
    package private(set) var target: TargetReading?
    /// Other readings of what is predicted, the likelier first.
    package private(set) var otherTargets: [TargetReading] = []
    /// Whether the first of the others is as likely as the target.
    package private(set) var isGuess = false
    package private(set) var group: ProposedColumn?
    /// Groups that the folds cannot keep, or that are less likely, with the reason.
    package private(set) var otherGroups: [ProposedColumn] = []
    package private(set) var weight: ProposedColumn?
    package private(set) var fold: ProposedColumn?
    package private(set) var foldCount = 5
    package private(set) var time: ProposedColumn?
    /// Whether each group holds each label exactly once.
    package private(set) var isOneOfEach = false
    /// Columns that have no role, and how they look.
    package private(set) var rest: [ProposedColumn] = []
    /// What a recipe cannot take as it is, and what was guessed, as sentences.
    package private(set) var notes: [String] = []
    package let columns: [String]
    /// How many rows were looked at.
    package let rows: Int

    /// What the user says of the columns does not fit the table, as a sentence.
    package struct Objection: Error, Sendable {
        package let reason: String
    }

    /// Errors: ``Objection`` for a stated column that is not there, or cannot be what it is said to be.
    package init(_ table: TableReading, stated: StatedColumns = StatedColumns()) throws(Objection) {
        columns = table.header
        let body = table.rows
        rows = body.count
        notes = table.remarks
        let repeated = Dictionary(columns.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }
        // Of columns of one name none can be meant, and one without a name cannot be asked for.
        let all = columns.indices.filter { repeated[columns[$0]] == nil && columns[$0].contains { !$0.isWhitespace } }
            .map { index in TableColumn(name: columns[index], values: body.map { $0[index] }) }
        let said = stated.labels + stated.texts + [stated.group].compactMap(\.self)
        for name in said where !all.contains(where: { $0.name == name }) {
            throw Objection(
                reason: repeated[name] != nil
                    ? "several columns are called '\(name.shown)'; rename all but one"
                    : "there is no column '\(name.shown)'. The columns: \(columns.map(\.shown).joined(separator: ", "))"
            )
        }
        let free = all.filter { !said.contains($0.name) }
        let roles = RowRoles(among: free)
        (id, weight, fold, time) = (roles.id, roles.weight, roles.fold, roles.time)
        if fold != nil { foldCount = roles.folds }
        let open = free.filter { !roles.columns.contains($0.name) }
        try choose(among: open, all, stated)
        let predicted = target?.columns ?? []
        let isFree = { (column: TableColumn) in !predicted.contains(column.name) }
        propose(
            texts: stated.texts.isEmpty
                ? open.filter { $0.isText && isFree($0) } : all.filter { stated.texts.contains($0.name) }, stated)
        try propose(groupAmong: open.filter(isFree), all, stated)
        proveConstraint(all)
        let used =
            said + roles.columns + texts.map(\.column.column) + (target?.columns ?? [])
            + [group?.column].compactMap(\.self)
            + otherTargets.flatMap(\.columns) + otherGroups.map(\.column)
        rest = all.filter { !used.contains($0.name) }.map { ProposedColumn(column: $0.name, reason: $0.look) }
        if !repeated.isEmpty {
            let names = repeated.keys.sorted().prefix(8).map { "'\($0.shown)'" }.joined(separator: ", ")
            notes.append(
                "several columns are called \(names); rename all but one of each, so that a recipe can name it")
        }
    }

    /// A name for what was not found: of no column of the table, so that it is no guess.
    func free(_ name: String) -> String {
        var name = name
        while columns.contains(name) { name += "-column" }
        return name
    }

    // MARK: - What is predicted

    private mutating func choose(
        among open: [TableColumn], _ all: [TableColumn], _ stated: StatedColumns
    ) throws(Objection) {
        guard stated.labels.isEmpty else {
            let columns = stated.labels.compactMap { name in all.first { $0.name == name } }
            let readings = Self.readings(of: columns)
            guard let first = readings.first else {
                let names = columns.map { "'\($0.name.shown)' (\($0.look))" }.joined(separator: ", ")
                throw Objection(
                    reason: "nothing can be learnt from \(names): a label stands in every row, and each in several")
            }
            (target, otherTargets) = (first, Array(readings.dropFirst()))
            return
        }
        let choice = TargetChoice(among: open)
        (target, otherTargets, isGuess) = (choice.chosen, Array(choice.others.prefix(4)), choice.isGuess)
        if let question = choice.question { notes.append(question) }
        if isGuess, let target, let other = otherTargets.first {
            notes.append(
                "what is to be predicted is a guess: \(Self.words(target)), or as likely \(Self.words(other)), which stands in the recipe behind a #; `--label` says which"
            )
        } else if choice.isUnnamed, let target {
            notes.append(
                "no column is called a label; \(Self.words(target)) is taken since no other is left: `--label` says which"
            )
        } else if target == nil, let column = all.first(where: { $0.words.contains("label") && !$0.isWhole }) {
            notes.append("'\(column.name.shown)' is \(column.look): leave out the rows without a label first")
        }
    }

    private static func readings(of columns: [TableColumn]) -> [TargetReading] {
        guard columns.count > 1 else {
            return columns.first.map { TargetReading.readings(of: $0, because: "named by --label") } ?? []
        }
        if columns.allSatisfy(\.isFlag) { return [TargetReading.oneHot(columns) ?? .severalAtOnce(columns)] }
        guard columns.allSatisfy({ $0.numberOfEachRow != nil }) else { return [] }
        return [TargetReading.shares(columns) ?? .severalNumbers(columns)]
    }

    private static func words(_ reading: TargetReading) -> String {
        let names = reading.columns.prefix(4).map { "'\($0.shown)'" }.joined(separator: ", ")
        let more = reading.columns.count > 4 ? " and \(reading.columns.count - 4) more" : ""
        return "\(names)\(more) as \(reading.kind.rawValue)"
    }

    // MARK: - Texts

    private mutating func propose(texts found: [TableColumn], _ stated: StatedColumns) {
        let isStated = !stated.texts.isEmpty
        let readable = isStated ? stated.texts.compactMap { name in found.first { $0.name == name } } : found
        func proposed(_ column: TableColumn) -> ProposedColumn {
            ProposedColumn(column: column.name, reason: isStated ? "named by --text" : column.look)
        }
        let prompt = readable.first { $0.isNamed("question", "prompt", "instruction", "query", "input", "title") }
        if readable.count == 1 {
            texts = [("answer", proposed(readable[0]))]
        } else if readable.count == 2, let prompt, let answer = readable.first(where: { $0.name != prompt.name }) {
            texts = [("prompt", proposed(prompt)), ("answer", proposed(answer))]
        } else {
            texts = Self.names(for: readable.map(\.name)).enumerated().map { ($1, proposed(readable[$0])) }
        }
        guard texts.count > 2, !isStated else { return }
        notes.append(
            "\(texts.prefix(8).map(\.column.column.shown).joined(separator: ", ")): a row has \(texts.count) texts, and the template reads all of them; leave out what a model should not read"
        )
    }

    /// Names that a template can have places for: the columns' own, where these will do.
    private static func names(for columns: [String]) -> [String] {
        var taken: Set<String> = ["keep", "quantile"]
        return columns.enumerated().map { index, column in
            let plain = String(column.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
            let own = plain.first.map { $0.isLetter } == true && plain.count <= 60 ? plain : "text_\(index + 1)"
            let name = taken.insert(own).inserted ? own : "\(own)_\(index + 1)"
            taken.insert(name)
            return name
        }
    }

    // MARK: - Groups

    private mutating func propose(
        groupAmong open: [TableColumn], _ all: [TableColumn], _ stated: StatedColumns
    ) throws(Objection) {
        if let name = stated.group {
            guard let column = all.first(where: { $0.name == name }), column.isWhole else {
                throw Objection(reason: "'\(name.shown)' is empty in some rows, and each row has a group")
            }
            group = ProposedColumn(column: name, reason: "named by --group")
            return
        }
        let asked =
            texts.first { $0.name == "prompt" }
            ?? texts.first { ["question", "prompt"].contains($0.column.column.lowercased()) }
        // The text to classify tells nothing of what belongs together.
        let read = Set(texts.filter { $0.name != "answer" }.map(\.column.column))
        let some = open.filter { !$0.isText || read.contains($0.name) }
        for group in RowRoles.groups(among: some, prompt: asked?.column.column, id: id?.column) {
            guard let column = all.first(where: { $0.name == group.column }) else { continue }
            if let reason = refusal(of: column, all) {
                otherGroups.append(ProposedColumn(column: group.column, reason: "\(group.reason), but \(reason)"))
            } else if self.group == nil {
                self.group = group
            } else {
                otherGroups.append(group)
            }
        }
    }

    /// Why folds cannot keep these groups, as a clause; nil where they can.
    private func refusal(of group: TableColumn, _ all: [TableColumn]) -> String? {
        if fold != nil { return "the folds are those of the table" }
        if holdsEachLabelOnce(group, all) { return nil }
        if group.distinct.count < foldCount { return "there are fewer than \(foldCount) folds" }
        guard let target, target.isOfOneLabel, target.columns.count == 1,
            let labels = all.first(where: { $0.name == target.columns[0] })
        else { return nil }
        var groups: [String: String] = [:]
        var shared: Set<String> = []
        for (label, own) in zip(labels.values, group.values) {
            if groups.updateValue(own, forKey: label).map({ $0 != own }) ?? false { shared.insert(label) }
        }
        return shared.count < labels.distinct.count ? "some label stands in one of them alone" : nil
    }

    private func holdsEachLabelOnce(_ group: TableColumn, _ all: [TableColumn]) -> Bool {
        guard let target, target.kind == .classes, target.columns.count == 1,
            let labels = all.first(where: { $0.name == target.columns[0] }),
            group.distinct.count * labels.distinct.count == rows
        else { return false }
        var seen: Set<[String]> = []
        for (group, label) in zip(group.values, labels.values) { seen.insert([group, label]) }
        return seen.count == rows
    }

    private mutating func proveConstraint(_ all: [TableColumn]) {
        guard let name = group?.column, let column = all.first(where: { $0.name == name }) else { return }
        isOneOfEach = holdsEachLabelOnce(column, all)
        // Labels that each group holds once are no grades.
        if isOneOfEach { otherTargets.removeAll { $0.columns == target?.columns } }
    }
}
