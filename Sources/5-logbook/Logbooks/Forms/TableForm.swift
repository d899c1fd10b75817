// The ablations' results as one table, for a paper: CSV, Markdown, LaTeX and JSON. Knows no files.

internal import Digests
internal import Formats
package import Results
internal import Scores
internal import Statistics
internal import Words

/// The table in one of its encodings, in one file.
package struct TableForm: Form {
    package enum Encoding: String, CaseIterable, Sendable { case csv, md, tex, json }

    private let encoding: Encoding

    package init(_ encoding: Encoding) { self.encoding = encoding }

    package func files(of logbooks: [RecipeResults]) -> [FormFile] {
        [FormFile("ablations.\(encoding.rawValue)", ResultTable(logbooks).content(encoding))]
    }
}

/// A line for each variant of each ablation.
struct ResultTable {
    struct Line {
        let recipe: String
        let ablation: String
        /// What decides in its recipe.
        let metric: any Metric
        let arm: AblationEntry.Arm
    }

    let name: String
    let lines: [Line]
    /// What the recipes are scored by.
    let judged: JudgedBy
    /// A column for each metric of any of the recipes.
    private var metrics: [any Metric] { judged.all }
    /// Whether the lines are of several recipes, and so say of which.
    let isShared: Bool
}

extension ResultTable {
    init(_ logbooks: [RecipeResults]) {
        self.init(
            name: logbooks.map(\.name).joined(separator: ", "),
            lines: logbooks.flatMap { logbook in
                logbook.ablations.flatMap { ablation in
                    ablation.arms.map {
                        Line(recipe: logbook.name, ablation: ablation.name, metric: logbook.metrics[0], arm: $0)
                    }
                }
            }, judged: JudgedBy(logbooks), isShared: logbooks.count > 1)
    }

    /// What the lines are about: an ablation, and of several recipes also which.
    private func subject(_ line: Line) -> String { isShared ? "\(line.recipe): \(line.ablation)" : line.ablation }

    func content(_ encoding: TableForm.Encoding) -> FormFile.Content {
        switch encoding {
        case .csv: .text(csv)
        case .md: .text(markdown)
        case .tex: .text(latex)
        case .json: .document(json)
        }
    }

    /// The column that says what an improvement is one of, where that is not the first metric in every line.
    private static let judge = "metric"

    private var columns: [String] {
        ["ablation", "variant"] + metrics.map(\.name) + (judged.isOne ? [] : [Self.judge])
            + ["improvement", "low", "high", "p", "verdict", "leaderboard"]
    }

    /// RFC 4180, with full numbers; what is not there is empty, and no text is a formula.
    private var csv: String {
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let rows = lines.map { line -> [String] in
            let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
            return (isShared ? [SpreadsheetText.cell(line.recipe)] : []) + [
                SpreadsheetText.cell(line.ablation), SpreadsheetText.cell(line.arm.name),
            ] + metrics.map { number(evaluation?.scores[$0.name]) } + (judged.isOne ? [] : [line.metric.name]) + [
                number(comparison?.difference), number(comparison?.interval.lowerBound),
                number(comparison?.interval.upperBound), number(comparison?.p),
                SpreadsheetText.cell(Self.verdict(line.arm)),
                number(line.arm.notes.leaderboard),
            ]
        }
        return ([(isShared ? ["recipe"] : []) + columns] + rows).map { CSV.row($0, end: "\r\n") }.joined()
    }

    private static func verdict(_ arm: AblationEntry.Arm) -> String {
        arm.comparison?.outcome.rawValue
            ?? (arm.isBaseline ? "baseline" : arm.evaluation == nil ? "not run yet" : "not compared")
    }

    /// The cells as people read them.
    private func cells(_ line: Line) -> [String] {
        let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
        let score = evaluation.map { Format.score($0.score, line.metric.digits) } ?? "–"
        return judged.cells(score, by: line.metric) + [
            comparison?.differenceText ?? "–", comparison?.intervalText ?? "–", comparison?.pText ?? "–",
            Self.verdict(line.arm),
        ]
    }

    private var markdown: String {
        let heads = judged.heads.joined(separator: " | ")
        var text = "| ablation | variant | \(heads) | improvement | 95 % interval | p | verdict |\n"
        text += "|---|---|\(judged.isOne ? "" : "---|")--:|--:|--:|--:|---|\n"
        for line in lines {
            let row = [subject(line), line.arm.name] + cells(line)
            text += "| \(row.map(MarkdownText.escaped).joined(separator: " | ")) |\n"
        }
        return text
    }

    /// A `tabular` for `\input`; needs the package booktabs.
    private var latex: String {
        var text = "% \(LaTeXText.escaped(name)): ablations. Needs \\usepackage{booktabs}.\n"
        text += "\\begin{tabular}{ll\(judged.isOne ? "" : "l")rrrrl}\n\\toprule\n"
        let heads = judged.heads.map { LaTeXText.escaped(Format.sentence($0)) }.joined(separator: " & ")
        text +=
            "Ablation & Variant & \(heads) & Improvement & 95\\,\\% interval & $p$ & Verdict \\\\\n"
        var last = ""
        for line in lines {
            let subject = subject(line)
            text += subject == last ? "" : "\\midrule\n"
            let shown = subject == last ? "" : subject
            last = subject
            let row = [shown, line.arm.name] + cells(line)
            text += row.map(LaTeXText.escaped).joined(separator: " & ") + " \\\\\n"
        }
        return text + "\\bottomrule\n\\end{tabular}\n"
    }

    private var json: JSON { ["schema_version": 2, "recipe": .string(name), "rows": rows] }

    /// The table for the worker, which makes a file of it that needs Python.
    var document: JSON {
        ["columns": .array((["recipe"] + columns).map { .string($0) }), "rows": rows]
    }

    private var rows: JSON {
        .array(
            lines.map { line in
                let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
                var members: [String: JSON] = [
                    "recipe": .string(line.recipe), "ablation": .string(line.ablation),
                    "variant": .string(line.arm.name),
                    "improvement": JSON(comparison?.difference), "low": JSON(comparison?.interval.lowerBound),
                    "high": JSON(comparison?.interval.upperBound), "p": JSON(comparison?.p),
                    "verdict": .string(Self.verdict(line.arm)), "leaderboard": JSON(line.arm.notes.leaderboard),
                ]
                if !judged.isOne { members[Self.judge] = .string(line.metric.name) }
                let scores = metrics.map { ($0.name, JSON(evaluation?.scores[$0.name])) }
                return .object(members.merging(scores) { own, _ in own })
            })
    }
}
