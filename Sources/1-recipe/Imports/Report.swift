// What became of each key of each file: as a document for programs, and as lines for a person, equal ones once.

internal import Diagnostics
package import Digests

/// One key of one file and what became of it.
struct ReportEntry: Sendable {
    let key: ConfigKey
    let file: String
    var outcome: Outcome
    /// The model that the file became, once that is known.
    var model: String?

    /// The recipe path from the root; `model` stands for the model's name.
    func target(model: String?) -> String? {
        guard let target = outcome.target else { return nil }
        let isShared = target == "recipe" || target == "folds" || target.hasPrefix("data")
        return isShared ? target : "models.\(model ?? "*").\(target)"
    }

    var json: JSON {
        [
            "file": .string(file), "key": .string(key.path), "value": .string(key.shown),
            "line": key.isDefault ? .null : .integer(key.span.start.line),
            "column": key.isDefault ? .null : .integer(key.span.start.column),
            "class": .string(outcome.disposition.rawValue), "target": JSON(target(model: model)),
            "note": JSON(outcome.note), "look": .bool(outcome.needsLook), "default": .bool(key.isDefault),
        ]
    }
}

/// All entries of all files.
package struct Report: Sendable {
    let entries: [ReportEntry]
    let files: Int

    /// An array with an object for each key: file, line, column, key, value, class, target, note, look, default.
    package var json: JSON { .array(entries.map(\.json)) }

    /// A summary, then a line for each key and value, with the files where they are not all.
    package var text: String {
        let own = entries.filter { !$0.key.isDefault }
        let counts = Disposition.allCases.map { kind in
            "\(own.count { $0.outcome.disposition == kind }) \(kind.title)"
        }
        var text = "\(files) \(files == 1 ? "file" : "files"), \(own.count) keys: \(counts.joined(separator: ", "))\n"
        for group in groups { text += line(group) + "\n" }
        let looks = groups.count { $0[0].outcome.needsLook }
        if looks > 0 { text += "look at the \(looks == 1 ? "line" : "\(looks) lines") marked with !\n" }
        return text
    }

    /// Entries that say the same, in the order of the classes and then of the files.
    var groups: [[ReportEntry]] {
        var places: [String: Int] = [:]
        var groups: [[ReportEntry]] = []
        for entry in entries {
            let same = [
                entry.key.path, entry.key.shown, entry.outcome.disposition.rawValue, entry.outcome.target ?? "",
                entry.outcome.note ?? "", entry.outcome.needsLook ? "!" : "", entry.key.isDefault ? "default" : "",
            ].joined(separator: "\u{0}")
            if let place = places[same] {
                groups[place].append(entry)
            } else {
                places[same] = groups.count
                groups.append([entry])
            }
        }
        return Disposition.allCases.flatMap { kind in groups.filter { $0[0].outcome.disposition == kind } }
    }

    private func line(_ group: [ReportEntry]) -> String {
        let entry = group[0]
        let title = entry.outcome.disposition.title
        var text = (entry.outcome.needsLook ? "! " : "  ") + title + String(repeating: " ", count: 16 - title.count)
        text += "\(entry.key.path): \(entry.key.shown)"
        let models = Set(group.map(\.model))
        if let target = entry.target(model: models.count == 1 ? entry.model : nil) { text += " -> \(target)" }
        if entry.key.isDefault { text += ", the tool's default" }
        if let note = entry.outcome.note { text += ": \(note)" }
        return group.count == files ? text : text + " (\(Self.places(group)))"
    }

    static func places(_ group: [ReportEntry]) -> String {
        let shown = group.prefix(3).map { $0.key.isDefault ? $0.file : $0.key.span.description }.joined(separator: ", ")
        return group.count > 3 ? "\(shown) and \(group.count - 3) more" : shown
    }
}

extension Disposition {
    var title: String { self == .notApplicable ? "not applicable" : rawValue }
}
