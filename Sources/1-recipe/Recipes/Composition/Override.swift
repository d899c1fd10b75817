// `--set path=value`: one value of the recipe replaced from the command line, with the same checks as the file's own.

package import Diagnostics
package import Nodes

extension FindingRule {
    static let badOverride = FindingRule(
        "bad-override", .keys, "The argument of --set is no path=value.",
        "A path is made of keys and dots: `--set models.large.lora.rank=8`. A key that holds a dot stands in quotes.")
}

package struct Override: Sendable {
    package let value: Node
    private let path: String
    /// What findings about the option itself say in the place of a file.
    package static let fileName = "--set"

    /// Reads `models.openhermes.lora.rank=8`, or `models."qwen2.5".lora.rank=8`. Errors: findings about the argument itself.
    package init(_ argument: String) throws(Findings) {
        let file = SourceFile(name: Self.fileName, text: argument)
        let start = Position(line: 1, column: 1)
        let whole = Span(
            file: file, start: start, end: Position(line: 1, column: argument.unicodeScalars.count + 1))
        guard let equals = SettingPath.end(of: argument), equals > argument.startIndex else {
            throw Findings([
                Finding(
                    .badOverride, "--set takes path=value", at: whole, help: "write --set models.NAME.lora.rank=8")
            ])
        }
        path = String(argument[..<equals])
        guard SettingPath(path) != nil else {
            throw Findings([
                Finding(
                    .badOverride, "the path has an empty part, a quote without its end, or too many parts", at: whole,
                    help: "write names apart by points, such as models.NAME.lora.rank, and a name with points in quotes"
                )
            ])
        }
        // The value keeps its columns: the path is blanked out rather than cut off.
        let blank = String(repeating: " ", count: argument[...equals].unicodeScalars.count)
        let document = try Document(parsing: file, text: blank + argument[argument.index(after: equals)...])
        guard document.findings.isEmpty else { throw Findings(document.findings) }
        value = document.root.marked(Self.fileName)
    }

    /// The first name of the path.
    var section: String? { SettingPath(path)?.parts.first }

    /// The tree with the value in its place. Names with points are found without quotes, too.
    /// Errors: a finding where the path leads into a list.
    func apply(to root: Node) throws(Findings) -> Node {
        guard let path = SettingPath(path, in: root) else { return root }
        for count in 1..<max(1, path.parts.count) {
            let above = Array(path.parts.prefix(count))
            guard root.value(at: above)?.elements != nil else { continue }
            let name = above.joined(separator: ".")
            throw Findings([
                Finding(
                    .badOverride, "\(name) is a list, and --set cannot change a part of one", at: value.span,
                    help: "set the whole of it: --set '\(name)=[...]'")
            ])
        }
        return root.setting(value, at: path.parts, keySpan: value.span)
    }
}
