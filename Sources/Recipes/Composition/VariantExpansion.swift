// An ablation's variants: the grid of its varied settings, each laid over the model it is about.

internal import Diagnostics
internal import Digests
internal import Nodes

struct VariantExpansion {
    /// Variants beyond this are a slip of the writer, not a plan.
    static let limit = 100_000

    /// The variants of one ablation in the order of the file, the last setting varying fastest.
    static func variants(of ablation: Ablation, named name: String, at node: Node, base: Node, _ reading: inout Reading)
        -> [Variant]
    {
        for entry in ablation.with {
            if let clash = ablation.vary.first(where: { $0.key == entry.key }) {
                reading.report(
                    Finding(
                        "conflicting-keys", "\"\(entry.key)\" is both varied and fixed", at: entry.keySpan,
                        notes: [.init("varied here", at: clash.keySpan)]))
            }
        }
        let dimensions = ablation.vary.map { entry in (entry, entry.value.elements ?? []) }
        for (entry, values) in dimensions where values.isEmpty {
            reading.wrongType(entry.value, wanted: "a list of the values of \"\(entry.key)\"")
        }
        let size = dimensions.reduce(1) { $0.multipliedReportingOverflow(by: max(1, $1.1.count)).partialValue }
        guard !dimensions.isEmpty, dimensions.allSatisfy({ !$0.1.isEmpty }) else { return [] }
        guard size > 0, size <= limit else {
            reading.report(Finding("too-many-variants", "this grid has more than \(limit) variants", at: node.span))
            return []
        }
        var grid: [[(entry: Node.Entry, value: Node)]] = [[]]
        for (entry, values) in dimensions { grid = grid.flatMap { row in values.map { row + [(entry, $0)] } } }
        let origin = "ablation \(name)"
        let fixed = ablation.with.reduce(base) {
            $0.setting($1.value.marked(origin), at: path($1.key), keySpan: $1.keySpan)
        }
        var variants: [Variant] = []
        var seen: Set<String> = []
        for row in grid {
            let tree = row.reduce(fixed) {
                $0.setting($1.value.marked(origin), at: path($1.entry.key), keySpan: $1.entry.keySpan)
            }
            let settings = row.map { (path: $0.entry.key, value: text($0.value)) }
            let label = settings.map { "\($0.path)=\(addressable($0.value))" }.joined(separator: ",")
            guard seen.insert(label).inserted else {
                reading.report(Finding("repeated-value", "two variants are both \(label)", at: node.span))
                continue
            }
            if let model = Model.declaration.shape.decode(tree, &reading) {
                report(settingsWithoutEffect: (row.map(\.entry) + ablation.with), on: model, &reading)
                variants.append(Variant(name: label, settings: settings, model: model, tree: tree))
            }
        }
        return variants
    }

    /// A baseline has few settings; varying any other would compare a model with itself.
    private static func report(settingsWithoutEffect entries: [Node.Entry], on model: Model, _ reading: inout Reading) {
        guard model.tfidf != nil else { return }
        for entry in entries where !Model.baselineKeys.contains(path(entry.key).first ?? "") {
            let isKnown = reading.findings.contains {
                $0.span?.start == entry.keySpan.start && $0.code == "conflicting-keys"
            }
            if isKnown { continue }
            reading.report(
                Finding("conflicting-keys", "\"\(entry.key)\" means nothing to a tfidf model", at: entry.keySpan))
        }
    }

    private static func path(_ key: String) -> [String] {
        key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    private static func text(_ node: Node) -> String { node.scalar?.text ?? node.plain.text() }

    /// A value as part of an address: no slashes, no white space, no wildcards.
    private static func addressable(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) ? $0 : "_" })
    }
}
