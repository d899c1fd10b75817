// `--set path=value`: one value of the recipe replaced from the command line, with the same checks as the file's own.

package import Diagnostics
package import Nodes

package struct Override: Sendable {
    package let path: [String]
    package let value: Node
    /// What findings about the option itself say in the place of a file.
    package static let fileName = "--set"

    /// Reads `models.openhermes.lora.rank=8`. Errors: findings about the argument itself.
    package init(_ argument: String) throws(Findings) {
        let file = SourceFile(name: Self.fileName, text: argument)
        let start = Position(line: 1, column: 1)
        let whole = Span(file: file, start: start, end: Position(line: 1, column: argument.count + 1))
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
            throw Findings([
                Finding(
                    "bad-override", "--set takes path=value", at: whole, help: "write --set models.NAME.lora.rank=8")
            ])
        }
        path = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }) else {
            throw Findings([Finding("bad-override", "the path has an empty part", at: whole)])
        }
        // The value keeps its columns: the path is blanked out rather than cut off.
        let blank = String(repeating: " ", count: argument.distance(from: argument.startIndex, to: equals) + 1)
        let document = try Document(parsing: file, text: blank + argument[argument.index(after: equals)...])
        guard document.findings.isEmpty else { throw Findings(document.findings) }
        value = document.root.marked(Self.fileName)
    }

    func apply(to root: Node) -> Node { root.setting(value, at: path, keySpan: value.span) }
}
