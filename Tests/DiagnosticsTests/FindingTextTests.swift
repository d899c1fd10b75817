import Diagnostics
import Testing

@Suite struct FindingTextTests {
    private let file = SourceFile(name: "r.yaml", text: "lora: {rnk: 4}\n\tx\u{1B}[31m: 1\n")

    private func span(_ line: Int, _ from: Int, _ to: Int) -> Span {
        Span(file: file, start: Position(line: line, column: from), end: Position(line: line, column: to))
    }

    private func rule(_ code: String) -> FindingRule { FindingRule(code, .keys, "", "") }

    @Test func aFindingShowsPlaceLineCaretHelpAndNotes() {
        let finding = Finding(
            rule("unknown-key"), "there is no key \"rnk\" here", at: span(1, 8, 11),
            notes: [.init("first defined here", at: span(1, 1, 5))], help: "did you mean \"rank\"?")
        #expect(
            FindingText(color: false).render([finding]) == """
                r.yaml:1:8: error: there is no key "rnk" here [unknown-key]
                 1 | lora: {rnk: 4}
                   |        ^~~
                  help: did you mean "rank"?
                  note: first defined here (r.yaml:1:1)

                """)
    }

    @Test func tabsKeepTheCaretInPlaceAndControlCharactersAreNotPrinted() {
        let text = FindingText(color: false).render([Finding(rule("x"), "m", at: span(2, 2, 3))])
        #expect(text.contains(" 2 | \tx\u{FFFD}[31m: 1\n   | \t^\n"))
    }

    @Test func findingsComeInTheOrderOfTheText() {
        let findings = [
            Finding(rule("b"), "", at: span(2, 1, 2)), Finding(rule("c"), "", at: nil),
            Finding(rule("a"), "", at: span(1, 1, 2)),
        ]
        #expect(findings.inTextOrder.map(\.code) == ["a", "b", "c"])
    }

    @Test(arguments: [("rnk", "rank"), ("learning_rate", "learning-rate"), ("epcohs", "epochs")])
    func suggestionsAreNear(_ word: String, _ meant: String) {
        #expect(Spelling.nearest(to: word, among: ["rank", "alpha", "epochs", "learning-rate"]) == meant)
    }

    @Test func nothingNearIsNoSuggestion() {
        #expect(Spelling.nearest(to: "colour", among: ["rank", "alpha"]) == nil)
    }
}
