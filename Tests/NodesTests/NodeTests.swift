import Diagnostics
import Nodes
import Testing

private func parse(_ text: String) throws -> Node { try Document(parsing: SourceFile(name: "t.yaml", text: text)).root }

private func codes(_ text: String) -> [String] {
    let findings: [Finding]
    do {
        findings = try Document(parsing: SourceFile(name: "t.yaml", text: text)).findings
    } catch {
        findings = error.all
    }
    return findings.map { "\($0.code) \($0.span.map { "\($0.start.line):\($0.start.column)" } ?? "-")" }
}

@Suite struct NodeTests {
    @Test func valuesKnowTheirPlace() throws {
        let node = try parse("a:\n  - 1\n  - {b: x}\n")
        let inner = node["a"]?.elements?[1]["b"]
        #expect(inner?.scalar?.text == "x")
        #expect(inner?.span.description == "t.yaml:3:9")
    }

    @Test func columnsCountScalarsAsLibyamlDoes() throws {
        #expect(try parse("é: {ü: x}")["é"]?["ü"]?.span.start == Position(line: 1, column: 8))
    }

    @Test func duplicateKeysAreAllFoundWithTheirFirstPlace() {
        #expect(codes("a: 1\nb: 2\na: 3\nb: 4\n") == ["duplicate-key 3:1", "duplicate-key 4:1"])
    }

    @Test func malformedTextIsOneFindingAtItsPlace() {
        #expect(codes("a: [1, 2\nb: 3\n").map { $0.split(separator: " ")[0] } == ["malformed-yaml"])
        #expect(codes("a:\n\t- 1\n") == ["malformed-yaml 2:1"])
    }

    @Test(arguments: [
        ("", "empty-document"), ("a: 1\n---\nb: 2\n", "several-documents"), ("a: *x\n", "unknown-alias"),
        ("a: &x [*x]\n", "alias-cycle"), ("? [a]\n: 1\n", "complex-key"), ("a: !!python/object x\n", "unknown-tag"),
        ("<<: 1\n", "bad-merge"),
    ])
    func whatLibyamlLetsPassIsRefused(_ text: String, _ code: String) {
        #expect(codes(text).map { String($0.split(separator: " ")[0]) } == [code])
    }

    @Test func aliasesAndMergeKeysAreExpanded() throws {
        let node = try parse("base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\n")
        #expect(node["one"]?["x"]?.scalar?.text == "1")
        #expect(node["one"]?["y"]?.scalar?.text == "3")
    }

    @Test func bombsAreRefused() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...12 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
        }
        #expect(codes(text).first?.hasPrefix("too-many-nodes") == true)
        #expect(codes(String(repeating: "[", count: 100_000)).first?.hasPrefix("too-deep") == true)
    }

    @Test(arguments: [
        ("1", Node.Scalar.Resolved.integer(1)), ("-0x1F", .text), ("0x1F", .integer(31)), ("0o17", .integer(15)),
        ("1e-4", .number(1e-4)), ("1.", .number(1)), (".5", .number(0.5)), ("1_000", .text), ("true", .boolean(true)),
        ("yes", .text), ("~", .null), ("", .null), ("12e03", .number(12000)), ("+1", .integer(1)), ("1:30", .text),
    ])
    func plainScalarsHaveTheirTypeByYAML12(_ text: String, _ type: Node.Scalar.Resolved) {
        #expect(Node.Scalar(text: text, isPlain: true).resolved == type)
    }

    @Test(arguments: ["no", "Off", "1_000", "1:30", "017"])
    func scalarsThatReadersDisagreeOnAreAmbiguous(_ text: String) {
        #expect(Node.Scalar(text: text, isPlain: true).ambiguity != nil)
        #expect(Node.Scalar(text: text, isPlain: false).ambiguity == nil)
    }
}
