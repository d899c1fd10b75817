// The section `data` of a first recipe: a line for each column that has a role, with the reason, and other readings behind a #.

internal import Words

/// What a recipe says of a table that was looked at.
struct ProposedData {
    let proposal: TableProposal
    let template: RecipeTemplate

    private var kind: TargetReading.Kind { proposal.target?.kind ?? .classes }
    private var group: ProposedColumn? {
        if let group = proposal.group { return group }
        guard template != .classify else { return nil }
        return ProposedColumn(column: proposal.free("group"), reason: Self.own)
    }
    var hasGroup: Bool { group != nil }
    var isConstrained: Bool {
        proposal.isOneOfEach || template == .predictTheLLM && kind == .classes
    }
    private static let own = "name yourself: no column looks like it"

    /// Lines from `columns:` to `labels:`, with what was left out.
    var text: String {
        var lines = Lines()
        lines.add(
            "  columns:",
            "as `ablate init` took them, from \(Format.count(proposal.rows, "row")); change what is not so")
        if let id = proposal.id { lines.add("    id: \(YAMLText.scalar(id.column))", id.reason) }
        addTexts(to: &lines)
        if let target = proposal.target {
            lines.add("    label: \(Self.columns(target))", target.reason)
        } else {
            lines.add("    label: \(YAMLText.scalar(proposal.free("label")))", Self.own)
        }
        if let group { lines.add("    group: \(YAMLText.scalar(group.column))", group.reason) }
        for other in proposal.otherGroups.prefix(3) {
            lines.add("    # group: \(YAMLText.scalar(other.column))", other.reason)
        }
        if let weight = proposal.weight { lines.add("    weight: \(YAMLText.scalar(weight.column))", weight.reason) }
        if let remark = rest { lines.add("    # \(remark)", nil) }
        if kind != .classes { lines.add("  target: \(kind.rawValue)", nil) }
        let labels = proposal.target.map { $0.isOfOneLabel ? $0.labels : [] } ?? ["a", "b"]
        if !labels.isEmpty { lines.add("  labels: \(Self.list(labels))", proposal.target == nil ? Self.own : nil) }
        for (place, other) in proposal.otherTargets.enumerated() {
            let isAsLikely = proposal.isGuess && place == 0 || proposal.target == nil
            lines.add(
                "  # \(isAsLikely ? "As likely" : "Or"), in place of label, target and labels: \(other.reason)", nil)
            lines.add("  #   columns: {label: \(Self.columns(other))}", nil)
            if other.kind != .classes { lines.add("  #   target: \(other.kind.rawValue)", nil) }
            if other.isOfOneLabel { lines.add("  #   labels: \(Self.list(other.labels))", nil) }
            let folds = RecipeTemplate.dealing(other.kind, hasGroup: hasGroup)
            if proposal.fold == nil, folds != RecipeTemplate.dealing(kind, hasGroup: hasGroup) {
                lines.add("  #   folds: {kind: \(folds)}", nil)
            }
        }
        return lines.text
    }

    var folds: String {
        if let fold = proposal.fold {
            return
                "folds: {kind: column, column: \(YAMLText.scalar(fold.column)), count: \(proposal.foldCount)}   # \(fold.reason)"
        }
        let dealt = RecipeTemplate.folds(kind: RecipeTemplate.dealing(kind, hasGroup: hasGroup))
        guard let time = proposal.time else { return dealt }
        return dealt
            + "\n# Where rows are predicted that come later: folds: {kind: time, column: \(YAMLText.scalar(time.column)), count: 5}"
    }

    private func addTexts(to lines: inout Lines) {
        let texts = proposal.texts
        if texts.isEmpty {
            lines.add("    answer: \(YAMLText.scalar(proposal.free("text")))", Self.own)
        } else if texts.allSatisfy({ ["prompt", "answer"].contains($0.name) }) {
            for text in texts {
                lines.add("    \(text.name): \(YAMLText.scalar(text.column.column))", text.column.reason)
            }
        } else {
            lines.add("    texts:", "each has a place {name} in the template, and a budget in lengths")
            for text in texts {
                lines.add(
                    "      \(YAMLText.scalar(text.name)): \(YAMLText.scalar(text.column.column))", text.column.reason)
            }
        }
    }

    /// What has no role.
    private var rest: String? {
        let columns = proposal.rest
        guard !columns.isEmpty else { return nil }
        let some = columns.prefix(8).map { "\($0.column.shown) (\($0.reason))" }.joined(separator: ", ")
        let more = columns.count > 8 ? " and \(columns.count - 8) more" : ""
        return "left out: \(some)\(more). Numbers and categories may be columns.extra"
    }

    private static func columns(_ target: TargetReading) -> String {
        target.columns.count == 1
            ? YAMLText.scalar(target.columns[0])
            : "[\(target.columns.map(YAMLText.scalar).joined(separator: ", "))]"
    }

    private static func list(_ labels: [String]) -> String { "[\(labels.map(label).joined(separator: ", "))]" }

    /// Whole numbers may stand as they are.
    private static func label(_ text: String) -> String {
        if let number = Int(text), String(number) == text { return text }
        return YAMLText.scalar(text)
    }

    /// Lines with remarks, which stand below each other where the lines are short.
    private struct Lines {
        private var all: [(line: String, remark: String?)] = []

        mutating func add(_ line: String, _ remark: String?) { all.append((line, remark)) }

        var text: String {
            let width = min(44, all.filter { $0.remark != nil }.map(\.line.count).max() ?? 0)
            return all.map { line, remark in
                guard let remark else { return line + "\n" }
                let gap = String(repeating: " ", count: max(0, width - line.count) + 2)
                return "\(line)\(gap)# \(remark)\n"
            }.joined()
        }
    }
}
