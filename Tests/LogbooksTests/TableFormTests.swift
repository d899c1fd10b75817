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
                .init(recipe: "r", ablation: "rank", metric: LogLoss(), arm: Self.arm("base", isBaseline: true, 0.7)),
                .init(recipe: "r", ablation: "rank", metric: LogLoss(), arm: Self.arm(hostile, isBaseline: false)),
            ], judged: JudgedBy([Metrics.standard]), isShared: isShared)
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

    @Test func eachNumberStandsUnderTheNameOfItsMetric() throws {
        let (auc, accuracy) = (try #require(Metrics.named("auc")), try #require(Metrics.named("accuracy")))
        func scored(_ metric: any Metric, _ value: Double) throws -> AblationEntry.Arm {
            let json: JSON = [
                "rows": 1, "metrics": [.string(metric.name)], "average": .object([metric.name: .number(value)]),
                "cells": [], "seeds": [], "reliability": ["bins": [], "calibration-error": 0],
            ]
            return AblationEntry.Arm(
                name: "base", label: "base", isBaseline: true,
                evaluation: try Evaluation(reading: JSONDocument(json, name: "e"), weights: .known(nil)),
                comparison: nil, notes: ResultNotes("base", [], predictions: nil), anchor: nil, changes: [],
                seconds: 0, isOnGPU: false, detail: nil)
        }
        let table = ResultTable(
            name: "one, two",
            lines: [
                .init(recipe: "one", ablation: "rank", metric: auc, arm: try scored(auc, 0.75)),
                .init(recipe: "two", ablation: "rank", metric: accuracy, arm: try scored(accuracy, 0.5)),
            ], judged: JudgedBy([[auc], [accuracy, auc]]), isShared: true)
        func lines(_ encoding: TableForm.Encoding) -> [Substring] {
            FormFile("t", table.content(encoding)).text.split(separator: "\n")
        }
        #expect(lines(.md)[0].hasPrefix("| ablation | variant | metric | score | improvement |"))
        #expect(lines(.md)[2].hasPrefix("| one: rank | base | AUC | 0.75"))
        #expect(lines(.md)[3].hasPrefix("| two: rank | base | accuracy | 0.5"))
        #expect(lines(.tex).contains { $0.hasPrefix("Ablation & Variant & Metric & Score & Improvement") })
        let rows = try CSV.rows(of: Array(FormFile("t", table.content(.csv)).text.utf8))
        #expect(rows[0].prefix(6) == ["recipe", "ablation", "variant", "auc", "accuracy", "metric"])
        #expect(rows[1].prefix(6) == ["one", "rank", "base", "0.75", "", "auc"])
        #expect(rows[2].prefix(6) == ["two", "rank", "base", "", "0.5", "accuracy"])
        #expect(JudgedBy([[auc], [auc, accuracy]]).heads == ["AUC"])
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
