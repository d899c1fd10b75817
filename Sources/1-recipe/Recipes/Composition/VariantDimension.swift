// One thing an ablation varies, and the choices it has: a setting's values, values that go together, or named bundles.

internal import Diagnostics
internal import Digests
internal import Nodes

extension FindingRule {
    static let unevenZip = FindingRule(
        "uneven-zip", .models, "Zipped settings have lists of different lengths.",
        "The first value of each list makes the first variant, and so on; no value may be left over.")
}

struct VariantDimension {
    struct Choice {
        /// As a part of the variant's name.
        let name: String
        let settings: [Node.Entry]

        /// Bytes of a value, and of a variant's whole name, in an address and in what is made of it.
        static let longestValue = 80
        static let longest = 160

        /// The name of a variant: those of its choices.
        static func name(of row: [Choice]) -> String {
            shortened(row.map(\.name).joined(separator: ","), to: longest)
        }

        /// A text that is too long keeps its head, and its digest tells it from others that begin alike.
        static func shortened(_ text: String, to bytes: Int) -> String {
            guard text.utf8.count > bytes else { return text }
            return
                "\(String(decoding: text.utf8.prefix(bytes - 9), as: UTF8.self))-\(Digest(of: text).description.prefix(8))"
        }
    }
    let choices: [Choice]

    /// The dimensions of an ablation: each key of `vary`, then `zip` as one, then `together` as one. Nil, with findings, where
    /// one of them cannot be read.
    static func all(of ablation: Ablation, at node: Node, _ reading: inout Reading) -> [VariantDimension]? {
        guard !(ablation.vary.isEmpty && ablation.zip.isEmpty && ablation.together.isEmpty) else {
            reading.report(
                Finding(.missingKey, "one of the keys vary, zip, together is needed here", at: node.span))
            return nil
        }
        let varied = ablation.vary.map { entry in values(of: entry, &reading).map { single(entry, $0) } }
        let zipped = ablation.zip.isEmpty ? [] : [zip(ablation.zip, &reading)]
        let bundled = ablation.together.isEmpty ? [] : [bundles(ablation.together, &reading)]
        let all = (varied + zipped + bundled).compactMap { $0 }
        return all.count == varied.count + zipped.count + bundled.count ? all : nil
    }

    private static func values(of entry: Node.Entry, _ reading: inout Reading) -> [Node]? {
        guard let values = entry.value.elements, !values.isEmpty else {
            reading.wrongType(entry.value, wanted: "a list of the values of \"\(entry.key)\"")
            return nil
        }
        return values
    }

    private static func single(_ entry: Node.Entry, _ values: [Node]) -> VariantDimension {
        VariantDimension(choices: values.map { choice([entry], [$0]) })
    }

    /// `{a: [1, 2], b: [3, 4]}`: first 1 with 3, then 2 with 4.
    private static func zip(_ entries: [Node.Entry], _ reading: inout Reading) -> VariantDimension? {
        let columns = entries.compactMap { values(of: $0, &reading) }
        guard columns.count == entries.count else { return nil }
        for (entry, column) in Swift.zip(entries, columns) where column.count != columns[0].count {
            reading.report(
                Finding(
                    .unevenZip,
                    "\"\(entry.key)\" has \(column.count) values, and \"\(entries[0].key)\" \(columns[0].count)",
                    at: entry.value.span, notes: [.init("the first list", at: entries[0].value.span)],
                    help: "zipped settings change together, so their lists are equally long"))
            return nil
        }
        return VariantDimension(choices: columns[0].indices.map { row in choice(entries, columns.map { $0[row] }) })
    }

    private static func bundles(_ entries: [Node.Entry], _ reading: inout Reading) -> VariantDimension? {
        var choices: [Choice] = []
        for entry in entries {
            guard let settings = entry.value.entries else {
                reading.wrongType(entry.value, wanted: "a mapping of settings")
                return nil
            }
            guard Name.isValid(entry.key), entry.key.utf8.count <= Name.longest else {
                reading.report(
                    Finding(
                        .badName, "\"\(entry.key)\" cannot name a variant", at: entry.keySpan,
                        help:
                            "use at most \(Name.longest) letters, digits, '.', '_' and '-', beginning with a letter or digit"
                    ))
                return nil
            }
            choices.append(Choice(name: entry.key, settings: settings))
        }
        return VariantDimension(choices: choices)
    }

    private static func choice(_ entries: [Node.Entry], _ values: [Node]) -> Choice {
        let settings = Swift.zip(entries, values).map { Node.Entry(key: $0.key, keySpan: $0.keySpan, value: $1) }
        return Choice(
            name: settings.map {
                "\($0.key)=\(Choice.shortened(addressable($0.value), to: Choice.longestValue))"
            }.joined(separator: ","), settings: settings)
    }

    static func text(_ node: Node) -> String { node.scalar?.text ?? node.plain.text() }

    /// A value as part of an address: no slashes, no white space, no wildcards. `[1, 2]` is `1+2`, `[]` is `none`, `{from: x}` is `from-x`.
    private static func addressable(_ node: Node) -> String {
        switch node.content {
        case .sequence(let elements): elements.isEmpty ? "none" : elements.map(addressable).joined(separator: "+")
        case .mapping(let entries): entries.map { "\($0.key)-\(addressable($0.value))" }.joined(separator: "+")
        case .scalar(let scalar):
            String(scalar.text.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) ? $0 : "_" })
        }
    }
}
