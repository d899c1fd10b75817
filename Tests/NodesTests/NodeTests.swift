import Diagnostics
import Nodes
import Testing
import Words

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

    @Test func anAnchorIsTheNearestNodeBeforeTheAliasThatHasItsName() throws {
        let node = try parse("- &a [&a x, *a]\n- *a\n")
        #expect(node.elements?[0].elements?[1].scalar?.text == "x")
        #expect(node.elements?[1].scalar?.text == "x")
    }

    @Test func aKeyStandsWhereItIsWrittenEvenAsAnAlias() throws {
        let node = try parse("a: &k b\n*k : 1\n")
        #expect(node.entries?[1].keySpan.start == Position(line: 2, column: 1))
    }

    @Test func coreTagsDecideTheTypeOfTheirScalars() throws {
        let node = try parse("[!!str 1, !!int \"3\", !!float 3, !!bool 'true', !!null '', ! 12]")
        let types = node.elements?.compactMap(\.scalar?.resolved)
        #expect(types == [.text, .integer(3), .number(3), .boolean(true), .null, .text])
    }

    @Test func aControlCharacterIsFoundAtItsPlace() {
        #expect(codes("a: 1\nbc: x\u{7}y\n") == ["malformed-yaml 2:6"])
        #expect(codes("# é\u{2028}é: \u{0}\n") == ["malformed-yaml 2:4"])
    }

    @Test func messagesHaveNothingThatATerminalObeys() {
        let text = "\"\\e[31m\": 1\n\"\\e[31m\": 2\n"
        let finding = try? Document(parsing: SourceFile(name: "t.yaml", text: text)).findings.first
        #expect(finding?.message == "key \"\\u{1b}[31m\" stands twice in this mapping")
        #expect(String(repeating: "x", count: 1_000).shown.count == 61)
    }

    @Test func aliasesAndMergeKeysAreExpanded() throws {
        let node = try parse("base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\n")
        #expect(node["one"]?["x"]?.scalar?.text == "1")
        #expect(node["one"]?["y"]?.scalar?.text == "3")
    }
}
