// What `ablate diff` found, as text and as JSON.

internal import Digests
internal import Forecasts
internal import Logbooks
internal import Results
internal import Scores
internal import Statistics
internal import Words

struct DiffDocument {
    /// A value of the recipe, or of a step's parameters, that differs.
    struct Setting {
        let path: String
        let old: JSON?
        let new: JSON?
        let place: String?
        let text: String
    }

    let old: String
    let new: String
    let heads: (JSON, JSON)
    /// Nil where a side does not say what its settings were.
    let settings: [Setting]?
    /// Nil where two things of one recipe are compared.
    let steps: SideDifference?
    let scores: [PairedResult]

    static func settings(_ old: ComparedRecipe, _ new: ComparedRecipe) -> [Setting]? {
        guard let before = old.settings, let after = new.settings else { return nil }
        return settings(from: before, to: after) { new.place(of: $0) ?? old.place(of: $0) }
    }

    /// The differences of values by their dotted paths.
    ///
    /// - Parameter place: where the recipe says something of a path.
    static func settings(
        from before: [String: JSON], to after: [String: JSON], place: (_ path: String) -> String?
    ) -> [Setting] {
        func text(_ value: JSON?) -> String { value.map { $0.text() } ?? "nothing" }
        let (own, other) = (prefixes(of: before.keys), prefixes(of: after.keys))
        var reported: Set<String> = []
        return Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.compactMap { path in
            // A model or entry that only one side has is one difference, not one for each of its values.
            let known = before[path] == nil ? own : after[path] == nil ? other : nil
            let whole = known.map { known in parts(of: path).first { !known.contains($0) } ?? path } ?? path
            guard reported.insert(whole).inserted else { return nil }
            let place = place(whole)
            let suffix = place.map { " (\($0))" } ?? ""
            if whole != path {
                let isNew = before[path] == nil
                let values = JSON.object((isNew ? after : before).filter { $0.key.hasPrefix(whole + ".") })
                return Setting(
                    path: whole, old: isNew ? nil : values, new: isNew ? values : nil, place: place,
                    text: "\(whole) is \(isNew ? "new" : "gone")\(suffix)")
            }
            return Setting(
                path: path, old: before[path], new: after[path], place: place,
                text: "\(path): \(text(before[path])) -> \(text(after[path]))\(suffix)")
        }
    }

    /// `models`, `models.tiny`, `models.tiny.lora`: what `models.tiny.lora` consists of.
    private static func parts(of path: String) -> [String] {
        let parts = path.split(separator: ".")
        return parts.indices.map { parts[...$0].joined(separator: ".") }
    }

    private static func prefixes(of paths: some Sequence<String>) -> Set<String> { Set(paths.flatMap(parts(of:))) }

    // MARK: - Text

    func text(_ paint: Paint) -> String {
        var lines = ["A  \(paint.bold(old))", "B  \(paint.bold(new))"]
        if let settings {
            if !settings.isEmpty { lines.append("settings") }
            lines += settings.map { "  \(paint.yellow($0.text))" }
        } else {
            lines.append("settings: not kept for one of the two; the steps tell")
        }
        if let steps { lines += self.lines(of: steps, paint) }
        if !scores.isEmpty { lines += scoreLines(paint) }
        let isSame =
            settings?.isEmpty ?? false
            && steps.map { $0.changed.isEmpty && $0.removed.isEmpty && $0.added.isEmpty } ?? true
        if isSame { lines.insert("nothing differs in how they are made", at: 2) }
        return lines.joined(separator: "\n")
    }

    private func lines(of steps: SideDifference, _ paint: Paint) -> [String] {
        var lines = [
            "steps: \(steps.same) the same, \(steps.changed.count) differ, \(steps.removed.count) only in A, "
                + "\(steps.added.count) only in B"
        ]
        // Steps that differ in the very same are told together.
        var groups: [(texts: [String], addresses: [String])] = []
        var places: [[String]: Int] = [:]
        for change in steps.changed where !change.differences.isEmpty {
            let texts = change.differences.map(\.text)
            if let place = places[texts] {
                groups[place].addresses.append(change.address)
            } else {
                places[texts] = groups.count
                groups.append((texts, [change.address]))
            }
        }
        for group in groups {
            let more = group.addresses.count - 1
            lines.append(
                "  \(group.addresses[0])\(more == 0 ? "" : paint.dim(" and \(Format.count(more, "other step"))"))")
            lines += group.texts.map { "    \(paint.yellow($0))" }
        }
        let following = steps.changed.count { $0.differences.isEmpty }
        if following > 0 {
            lines.append("  \(Format.count(following, "step")) that follow\(following == 1 ? "s" : "") from these")
        }
        lines += steps.renamed.prefix(20).map { "  \($0.old) is now \($0.new)" }
        lines +=
            Self.some(steps.removed).map { "  only in A: \($0)" } + Self.some(steps.added).map { "  only in B: \($0)" }
        return lines
    }

    private static func some(_ addresses: [String]) -> [String] {
        addresses.count <= 10
            ? addresses : addresses.prefix(9) + ["and \(addresses.count - 9) more"]
    }

    private func scoreLines(_ paint: Paint) -> [String] {
        let family = scores.compactMap(\.comparison?.family).max() ?? 1
        // Each number under the name of its metric: once for all of them, or beside each.
        let metrics = Set(scores.flatMap { [$0.old, $0.new].compactMap { $0?.metric.title } })
        let title = metrics.count == 1 ? "\(metrics.first ?? "") out of fold" : "out of fold"
        var lines = [
            "scores: \(title), improvement of B over A\(family > 1 ? ", p adjusted for \(family) comparisons" : "")"
        ]
        let alike = scores.filter { $0.isSame }
        if !alike.isEmpty { lines.append("  the same: \(alike.map(\.name).joined(separator: ", "))") }
        for score in scores where !score.isSame {
            let values = [score.old, score.new].map { side in
                side.map { side in
                    let value = Format.score(side.score, side.metric.digits)
                    return metrics.count == 1 ? value : "\(side.metric.title) \(value)"
                } ?? "–"
            }
            lines.append("  \(score.name)  \(values[0]) -> \(values[1])")
            if let comparison = score.comparison {
                let sentence = comparison.sentence
                switch comparison.outcome {
                case .helps: lines.append("    \(paint.green(sentence))")
                case .hurts: lines.append("    \(paint.red(sentence))")
                case .leaning, .equivalent, .unresolved: lines.append("    \(sentence)")
                }
            } else if let refusal = score.refusal {
                lines.append("    \(paint.dim(refusal.text))")
            }
        }
        return lines
    }

    // MARK: - JSON

    var json: [String: JSON] {
        var members: [String: JSON] = [
            // 2 spells log loss as records do, `log-loss`.
            "schema_version": 2, "a": heads.0, "b": heads.1,
            "settings": settings.map {
                .array(
                    $0.map {
                        [
                            "path": .string($0.path), "old": $0.old ?? .null, "new": $0.new ?? .null,
                            "place": JSON($0.place), "text": .string($0.text),
                        ]
                    })
            } ?? .null,
            "scores": .array(scores.map(Self.json)),
        ]
        if let steps { members["steps"] = Self.json(steps) }
        return members
    }

    private static func json(_ steps: SideDifference) -> JSON {
        func list(_ addresses: [String]) -> JSON { .array(addresses.map { .string($0) }) }
        return [
            "same": .integer(steps.same), "only_in_a": list(steps.removed), "only_in_b": list(steps.added),
            "renamed": .array(steps.renamed.map { ["a": .string($0.old), "b": .string($0.new)] }),
            "changed": .array(
                steps.changed.map { change in
                    [
                        "address": .string(change.address), "follows": list(change.follows),
                        "differences": .array(change.differences.map { .object(WhyCommand.json($0)) }),
                    ]
                }),
        ]
    }

    private static func json(_ score: PairedResult) -> JSON {
        func json(_ evaluation: Evaluation?) -> JSON {
            evaluation.map { .object($0.scores.mapValues { .number($0) }) } ?? .null
        }
        return [
            "name": .string(score.name), "a": json(score.old), "b": json(score.new),
            "refusal": JSON(score.refusal?.text),
            "comparison": score.comparison.map { comparison in
                [
                    "difference": .number(comparison.difference),
                    "interval": [.number(comparison.interval.lowerBound), .number(comparison.interval.upperBound)],
                    "p": .number(comparison.p), "comparisons": .integer(comparison.family),
                    "verdict": .string(comparison.outcome.rawValue),
                ]
            } ?? .null,
        ]
    }
}
