// The ablations as one table in each of its encodings: what is written reads back, and no text is more than text.

import Digests
import Formats
import Scores
import Testing

@testable import Logbooks
@testable import Results

@Suite struct TableFormTests {
    private static func arm(_ name: String, isBaseline: Bool, _ leaderboard: Double? = nil) -> AblationEntry.Arm {
        let note = leaderboard.map { Note(result: name, leaderboard: $0, text: nil, predictions: nil) }
        return AblationEntry.Arm(
            name: name, label: name, isBaseline: isBaseline, evaluation: nil, comparison: nil,
            notes: ResultNotes(name, [note].compactMap { $0 }, predictions: nil), anchor: nil, changes: [], seconds: 0,
            isOnGPU: false, detail: nil)
    }

    private let hostile = "=cmd|'/c calc'!A1, \"quoted\"\nnext & 50 % $x$ | \u{202e}"

    private func table(isShared: Bool) -> ResultTable {
        ResultTable(
            name: "r",
            lines: [
                .init(recipe: "r", ablation: "rank", arm: Self.arm("base", isBaseline: true, 0.7)),
                .init(recipe: "r", ablation: "rank", arm: Self.arm(hostile, isBaseline: false)),
            ], metrics: Metrics.standard, isShared: isShared)
    }

    private func text(_ encoding: TableForm.Encoding, isShared: Bool = false) -> String {
        FormFile("t", table(isShared: isShared).content(encoding)).text
    }

    @Test func aReaderOfCSVFindsEveryFieldAndNoFormula() throws {
        let rows = try CSV.rows(of: Array(text(.csv).utf8))
        #expect(rows.count == 3 && rows.allSatisfy { $0.count == rows[0].count })
        #expect(rows[0].prefix(3) == ["ablation", "variant", "log-loss"])
        #expect(rows[1].prefix(3) == ["rank", "base", ""] && rows[1].suffix(2) == ["baseline", "0.7"])
        #expect(rows[2][1] == "'" + hostile.replacing("\u{202e}", with: "\\u{202e}") && rows[2][8] == "not run yet")
        #expect(try CSV.rows(of: Array(text(.csv, isShared: true).utf8))[1].prefix(2) == ["r", "rank"])
    }

    @Test func aTableOfMarkdownHasALineForEachVariant() {
        let lines = text(.md).split(separator: "\n")
        #expect(lines.count == 4 && lines[3].contains("\\|") && lines[3].contains("not run yet"))
        #expect(text(.md, isShared: true).contains("| r: rank | base |"))
    }

    @Test func latexHasNothingThatActs() {
        let lines = text(.tex).split(separator: "\n")
        #expect(lines.filter { $0.hasSuffix("\\\\") }.count == 3)
        #expect(text(.tex).contains("\\& 50 \\% \\$x\\$ {\\ttfamily\\char124}"))
    }

    @Test func theDocumentHasWhatIsAndNullForWhatIsNot() throws {
        let document = try JSON(parsing: Array(text(.json).utf8))
        #expect(document["rows"]?.array?.count == 2 && document["recipe"] == "r")
        #expect(document["rows"]?.array?.last?["variant"] == .string(hostile))
        #expect(document["rows"]?.array?.last?["log-loss"] == .null)
    }
}
