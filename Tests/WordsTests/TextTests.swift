// Texts for terminals, Markdown, LaTeX, HTML and spreadsheets.

import Testing
import Words

/// Text of others that means nothing but itself.
@Suite struct TextTests {
    /// A control sequence, an override of direction, a formula, markup of Markdown and of LaTeX.
    let evil = "\u{1b}[31mred\u{202e} $x$ <b> a|b\\ 50 % \u{9b}\r\nnext"

    @Test func nothingHiddenPasses() {
        for text in [
            VisibleText.of(evil), MarkdownText.escaped(evil), MarkdownText.code(evil), LaTeXText.escaped(evil),
            SpreadsheetText.cell(evil), MarkupText.escaped(evil),
        ] {
            #expect(!text.unicodeScalars.contains { [0x1b, 0x202e, 0x9b].contains($0.value) }, "\(text)")
        }
        #expect(VisibleText.of("\u{1b}[31m\u{202e}") == "\\u{1b}[31m\\u{202e}")
        #expect(VisibleText.of("one\r\ntwo\u{7}\u{2028}") == "one\ntwo\\u{7}\\u{2028}")
        #expect(VisibleText.of("done\rfailed") == "done\\rfailed")
        #expect(VisibleText.of("naïve 東京 👩‍💻\t\n") == "naïve 東京 👩‍💻\t\n")
    }

    @Test func aDollarIsAnElementOfItsOwn() {
        #expect(MarkdownText.escaped("$x$") == "<span>&#36;</span>x<span>&#36;</span>")
        #expect(LaTeXText.escaped("$x$") == "\\$x\\$")
        #expect(MarkdownText.escaped("a|b\nc") == "a\\|b c")
    }

    @Test(arguments: [
        ("plain", "`plain`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("two\nlines", "`two lines`"),
    ])
    func aCodeSpanEndsWhereItShould(_ text: String, _ wanted: String) { #expect(MarkdownText.code(text) == wanted) }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "＝1"])
    func aTextIsNoFormula(_ text: String) { #expect(SpreadsheetText.cell(text) == "'\(text)") }

    @Test(arguments: ["lora.rank=8", "a-b", "1.5", "", "helps"])
    func otherTextsStayAsTheyAre(_ text: String) { #expect(SpreadsheetText.cell(text) == text) }
}
