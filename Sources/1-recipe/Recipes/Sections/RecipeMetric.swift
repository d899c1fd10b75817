// An entry of `metrics`: one of ablate's own by its name, or a file with a function `score`, as competitions publish theirs. Opens
// no file.

package import Digests
internal import Diagnostics
internal import Nodes
package import Scores

package enum RecipeMetric: Sendable, Hashable {
    case own(String)
    case file(MetricFile)

    /// By which results name it.
    package var name: String {
        switch self {
        case .own(let name): name
        case .file(let file): file.name
        }
    }

    /// Nil where there is none of that name.
    package var metric: (any Metric)? {
        switch self {
        case .own(let name): Metrics.named(name)
        case .file(let file): RecordedMetric(file.name, direction: file.better)
        }
    }

    package var file: MetricFile? { if case .file(let file) = self { file } else { nil } }

    package static let shape = ValueShape<RecipeMetric>(
        schema: ["anyOf": [ValueShape<String>.metric.schema, MetricFile.declaration.shape.schema]],
        decode: { node, reading in
            node.entries == nil
                ? ValueShape<String>.metric.decode(node, &reading).map { .own($0) }
                : MetricFile.declaration.shape.decode(node, &reading).map { .file($0) }
        },
        encode: { metric in
            switch metric {
            case .own(let name): .string(name)
            case .file(let file): MetricFile.declaration.shape.encode(file)
            }
        })
}

/// A Python file with a function `score(solution, submission, row_id_column_name)`.
package struct MetricFile: Sendable, Hashable {
    package var python = ""
    var given: String?
    package var better = MetricDirection.higher
    package var arguments: [Named<JSON>] = []

    /// The one that it is given, else that of its file: `metric` of `kaggle/metric.py`.
    package var name: String { given ?? Self.name(ofFile: python) }

    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, 0x61...0x7A ~= first, name.utf8.count <= 60 else { return false }
        return name.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D }
    }

    private static func name(ofFile path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        let stem = last.hasSuffix(".py") ? String(last.dropLast(3)) : last
        return stem.lowercased().replacing("_", with: "-")
    }

    static let declaration = Declaration(
        "A metric of one's own, as competitions publish theirs.", initial: { MetricFile() },
        keys: [
            Key(
                "python", \.python, .text(), required: true,
                "A Python file, from the recipe's folder, with a function `score(solution, submission, row_id_column_name)` of two tables of pandas that gives a number. The tables have the columns of the submission. It and the modules beside it that it imports are inputs by content."
            ),
            Key(
                "name", optional: \.given,
                .text(
                    pattern: "^[a-z][a-z0-9-]{0,59}$",
                    wanted: "a name of small letters, digits and '-', beginning with a letter", accepts: isName),
                "What results call it; by default the file's name without its ending."),
            Key("better", \.better, .choice, "Whether a higher value is better, or a lower one."),
            Key(
                "arguments", \.arguments, .named(.setting, noun: "argument"),
                "Further arguments of the function, by name: texts, numbers, true or false."),
        ])

    package static func == (one: Self, other: Self) -> Bool { one.parts == other.parts }
    package func hash(into hasher: inout Hasher) { hasher.combine(parts) }
    private var parts: [JSON] {
        [.string(python), .string(name), .string(better.rawValue)]
            + arguments.flatMap { [.string($0.name), $0.value] }
    }
}
