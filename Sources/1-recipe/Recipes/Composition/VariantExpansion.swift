// An ablation's variants: every combination of its dimensions, each laid over the model it is about.

internal import Diagnostics
internal import Digests
internal import Nodes

extension FindingRule {
    static let tooManyVariants = FindingRule(
        "too-many-variants", .models, "A grid has more variants than a plan may.",
        "Each is a model of its own, on all folds and seeds. Vary less at once.")
}

struct VariantExpansion {
    /// Variants beyond this are a slip of the writer, not a plan.
    static let limit = 100_000

    let ablation: Ablation
    let name: String
    /// The ablation's own tree, and that of the model it is about.
    let node: Node
    let base: Node
    let isEntry: Bool

    /// The variants in the order of the file, the last dimension varying fastest.
    func variants(_ reading: inout Reading) -> [Variant] {
        reportFixed(&reading)
        guard let dimensions = VariantDimension.all(of: ablation, at: node, &reading) else { return [] }
        let size = dimensions.reduce(1.0) { $0 * Double($1.choices.count) }
        // Each variant holds a choice of every dimension.
        guard size <= Double(Self.limit), size * Double(dimensions.count) <= Double(20 * Self.limit) else {
            reading.report(
                Finding(.tooManyVariants, "this grid has more than \(Self.limit) variants", at: node.span))
            return []
        }
        var rows: [[VariantDimension.Choice]] = [[]]
        for dimension in dimensions { rows = rows.flatMap { row in dimension.choices.map { row + [$0] } } }
        let exceptions = ablation.except.compactMap(\.entries)
        rows.removeAll { row in exceptions.contains { matches(row, $0) } }
        if rows.isEmpty, let place = node["except"] {
            reading.report(Finding(.conflictingKeys, "the exceptions leave no variant", at: place.span))
        }
        let origin = "ablation \(name)"
        let fixed = ablation.with.reduce(base) {
            $0.setting($1.value.marked(origin), at: path($1.key), keySpan: $1.keySpan)
        }
        let model = values(of: fixed)
        var variants: [Variant] = []
        var seen: [String: JSON] = [:]
        var known: [JSON: String] = [:]
        for row in rows {
            let entries = row.flatMap(\.settings)
            let tree = entries.reduce(fixed) {
                $0.setting($1.value.marked(origin), at: path($1.key), keySpan: $1.keySpan)
            }
            let plain = JSON.array(entries.map(\.value.plain))
            var label = VariantDimension.Choice.name(of: row)
            if let other = seen[label], other != plain {
                // Values that differ in marks alone, which no address has.
                label += "-\(Digest(of: plain.text()).description.prefix(8))"
            }
            guard seen.updateValue(plain, forKey: label) == nil else {
                reading.report(Finding(.repeatedValue, "two variants are both \(label)", at: node.span))
                continue
            }
            if let subject = subject(tree, &reading) {
                let settings = entries.map { (path: $0.key, value: VariantDimension.text($0.value)) }
                let written = JSON.array(entries.map { [.string($0.key), Self.asNumbers($0.value.plain)] })
                // One that is another only as it is written would be tested twice, and every other one corrected for it.
                if let other = known.updateValue(label, forKey: written) {
                    reading.report(
                        Finding(.repeatedValue, "the variants \(other) and \(label) are the same", at: node.span))
                    continue
                }
                variants.append(
                    Variant(
                        name: label, settings: settings, subject: subject, tree: tree,
                        isAsModel: Self.values(of: subject) == model))
            }
        }
        reportBaseline(among: variants.map(\.name), &reading)
        return variants
    }

    private func subject(_ tree: Node, _ reading: inout Reading) -> Variant.Subject? {
        if isEntry { return StackEntry.declaration.shape.decode(tree, &reading).map { .entry($0) } }
        guard let model = Model.declaration.shape.decode(tree, &reading) else { return nil }
        return .model(model)
    }

    /// The values in force, those left at their defaults too: `1` and `1.0` of a number are one value. Nil for what cannot be read.
    private func values(of tree: Node) -> JSON? {
        var unheard = Reading()
        return subject(tree, &unheard).map(Self.values)
    }

    private static func values(of subject: Variant.Subject) -> JSON {
        switch subject {
        case .model(let model): model.inForce
        case .entry(let entry): entry.inForce
        }
    }

    /// The value with 1 for 1.0 and 1e0, all of which a setting takes for one.
    private static func asNumbers(_ value: JSON) -> JSON {
        switch value {
        case .integer(let number): .number(Double(number))
        case .array(let elements): .array(elements.map(asNumbers))
        case .object(let members): .object(members.mapValues(asNumbers))
        case .null, .bool, .number, .string: value
        }
    }

    /// Whether a combination has every value that an exception names.
    private func matches(_ row: [VariantDimension.Choice], _ exception: [Node.Entry]) -> Bool {
        let settings = row.flatMap(\.settings)
        return exception.allSatisfy { wanted in
            settings.contains { $0.key == wanted.key && $0.value.plain == wanted.value.plain }
        }
    }

    private func reportFixed(_ reading: inout Reading) {
        let varied = ablation.vary + ablation.zip + ablation.together.flatMap { $0.value.entries ?? [] }
        for entry in ablation.with {
            guard let clash = varied.first(where: { $0.key == entry.key }) else { continue }
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(entry.key)\" is both varied and fixed", at: entry.keySpan,
                    notes: [.init("varied here", at: clash.keySpan)]))
        }
        for entry in varied + ablation.with where entry.key == "like" {
            reading.report(
                Finding(
                    .conflictingKeys, "\"like\" is followed before variants are made", at: entry.keySpan,
                    help: "vary the settings themselves"))
        }
        // In the order of the sections: what comes later is the mistake.
        var first: [String: Span] = [:]
        let bundles = ablation.together.map { $0.value.entries ?? [] }
        for section in [ablation.vary, ablation.zip] + (bundles.isEmpty ? [] : [bundles.flatMap { $0 }]) {
            for entry in section {
                guard let place = first[entry.key] else { continue }
                reading.report(
                    Finding(
                        .conflictingKeys, "\"\(entry.key)\" is varied twice", at: entry.keySpan,
                        notes: [.init("first here", at: place)], help: "vary it in one place"))
            }
            for entry in section where first[entry.key] == nil { first[entry.key] = entry.keySpan }
        }
        for entry in varied + ablation.with { reportUnknown(entry, &reading) }
        let known = Set(varied.map(\.key))
        for entry in ablation.except.compactMap(\.entries).joined() where !known.contains(entry.key) {
            Dangling.report(entry.key, noun: "varied setting", among: known.sorted(), at: entry.keySpan, &reading)
        }
    }

    /// A setting by its last word alone: the whole path is named, those first that the subject has a part of.
    private func reportUnknown(_ entry: Node.Entry, _ reading: inout Reading) {
        let known = isEntry ? StackEntry.declaration.shape.settings : Model.declaration.shape.settings
        let path = path(entry.key)
        guard let first = path.first, path.count == 1, !known.contains(path) else { return }
        let paths = known.filter { Spelling.isSame($0.last ?? "", first) && $0.count > 1 }
        let own = paths.filter { base[$0[0]] != nil }
        let words = (own.isEmpty ? paths : own).map { SettingPath($0).text }.sorted()
        guard !words.isEmpty else { return }
        reading.report(
            Finding(
                .unknownKey, "there is no key \"\(entry.key)\" here", at: entry.keySpan,
                help: "write the whole path: \(words.joined(separator: ", or "))"))
    }

    private func reportBaseline(among names: [String], _ reading: inout Reading) {
        guard let baseline = ablation.baseline, !names.contains(baseline), let place = node["baseline"] else { return }
        Dangling.report(baseline, noun: "variant", among: names, at: place.span, &reading)
    }

    /// The path that a setting's name is; the name itself, which no setting has, where it is none.
    private func path(_ key: String) -> [String] { SettingPath(key, in: base)?.parts ?? [key] }
}
