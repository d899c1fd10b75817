import Testing

@testable import Logbooks

@Suite struct TextTests {
    /// A control sequence, an override of direction, a formula, markup of Markdown and of LaTeX.
    let evil = "\u{1b}[31mred\u{202e} $x$ <b> a|b\\ 50 % \u{9b}\r\nnext"

    @Test func nothingHiddenPasses() {
        for text in [
            VisibleText.of(evil), MarkdownText.escaped(evil), MarkdownText.code(evil), LaTeXText.escaped(evil),
            SpreadsheetText.cell(evil), Markup.escaped(evil),
        ] {
            #expect(!text.unicodeScalars.contains { [0x1b, 0x202e, 0x9b].contains($0.value) }, "\(text)")
        }
        #expect(VisibleText.of("\u{1b}[31m\u{202e}") == "\\u{1b}[31m\\u{202e}")
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

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
    func aTextIsNoFormula(_ text: String) { #expect(SpreadsheetText.cell(text) == "'\(text)") }

    @Test(arguments: ["lora.rank=8", "a-b", "1.5", "", "helps"])
    func otherTextsStayAsTheyAre(_ text: String) { #expect(SpreadsheetText.cell(text) == text) }
}

@Suite struct ShortNameTests {
    private let long = String(repeating: "the same beginning of a prompt, ", count: 8)
    private let end = String(repeating: " and the same end", count: 8)

    @Test func whatFitsStays() {
        #expect(ShortName.labels(["tiny", "baseline"], most: 10) == ["tiny", "baseline"])
        #expect(ShortName.labels([], most: 10) == [])
    }

    @Test func whatDiffersInTheMiddleShowsWhere() {
        let names = ["experienced", "impatient", "impartial"].map { long + $0 + end }
        let labels = ShortName.labels(names, most: 40)
        #expect(Set(labels).count == 3)
        #expect(labels.allSatisfy { $0.count <= 40 })
        #expect(labels[0].contains("experienced") && labels[1].contains("impatient") && labels[2].contains("impartial"))
    }

    @Test func whatLooksAlikeEvenSoIsNumbered() {
        // Two pairs: each differs from its twin elsewhere than where the pairs part.
        let names = ["a", "b"].flatMap { first in ["x", "y"].map { long + first + long + $0 + end } }
        for most in [8, 12, 20, 40] {
            let labels = ShortName.labels(names, most: most)
            #expect(Set(labels).count == 4, "\(labels)")
            #expect(labels.allSatisfy { $0.count <= most })
            #expect(ShortName.labels(names, most: most) == labels)
        }
    }

    @Test func aShortNameThatLooksLikeAShortenedOneStaysApart() {
        let name = long + end
        let shortened = ShortName.labels([name], most: 20)[0]
        let labels = ShortName.labels([name, shortened], most: 20)
        #expect(Set(labels).count == 2)
    }

    @Test func equalNamesStayEqual() {
        let labels = ShortName.labels([long, long, end], most: 20)
        #expect(labels[0] == labels[1] && labels[0] != labels[2])
    }

    @Test func aFileNameFitsAndIsItsOwn() {
        #expect(ShortName.file("forest") == "forest")
        let names = ["1", "2"].map { String(repeating: "東", count: 100) + $0 }
        let files = names.map { ShortName.file($0) }
        #expect(files.allSatisfy { $0.utf8.count <= 200 } && files[0] != files[1])
        #expect(files[0] == ShortName.file(names[0]))
    }
}
