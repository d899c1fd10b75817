// The ablations' results as one table, for a paper: CSV, Markdown, LaTeX and JSON. Knows no files.

package import Digests
internal import Formats
internal import Statistics
internal import Words

/// A line for each variant of each ablation.
package struct ResultTable: Sendable {
    package enum Form: String, CaseIterable, Sendable { case csv, md, tex, json }

    struct Line {
        let recipe: String
        let ablation: String
        let arm: AblationEntry.Arm
    }

    let name: String
    let lines: [Line]
    /// Whether the lines are of several recipes, and so say of which.
    private let isShared: Bool

    package init(_ logbooks: [Logbook]) {
        name = logbooks.map(\.name).joined(separator: ", ")
        isShared = logbooks.count > 1
        lines = logbooks.flatMap { logbook in
            logbook.ablations.flatMap { ablation in
                ablation.arms.map { Line(recipe: logbook.name, ablation: ablation.name, arm: $0) }
            }
        }
    }

    /// What the lines are about: an ablation, and of several recipes also which.
    private func subject(_ line: Line) -> String { isShared ? "\(line.recipe): \(line.ablation)" : line.ablation }

    package func text(_ form: Form) -> String {
        switch form {
        case .csv: csv
        case .md: markdown
        case .tex: latex
        case .json: json.text(.indented) + "\n"
        }
    }

    private static let columns = [
        "ablation", "variant", "log-loss", "accuracy", "improvement", "low", "high", "p", "verdict", "leaderboard",
    ]

    /// RFC 4180, with full numbers; what is not there is empty, and no text is a formula.
    private var csv: String {
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let rows = lines.map { line -> [String] in
            let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
            return (isShared ? [SpreadsheetText.cell(line.recipe)] : []) + [
                SpreadsheetText.cell(line.ablation), SpreadsheetText.cell(line.arm.name), number(evaluation?.logLoss),
                number(evaluation?.accuracy),
                number(comparison?.difference), number(comparison?.interval.lowerBound),
                number(comparison?.interval.upperBound), number(comparison?.p),
                SpreadsheetText.cell(Self.verdict(line.arm)),
                number(line.arm.notes.leaderboard),
            ]
        }
        return ([(isShared ? ["recipe"] : []) + Self.columns] + rows).map { CSV.row($0, end: "\r\n") }.joined()
    }

    private static func verdict(_ arm: AblationEntry.Arm) -> String {
        arm.comparison?.outcome.rawValue
            ?? (arm.isBaseline ? "baseline" : arm.evaluation == nil ? "not run yet" : "not compared")
    }

    /// The cells as people read them.
    private func cells(_ line: Line) -> [String] {
        let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
        return [
            evaluation.map { Format.decimal($0.logLoss, 4) } ?? "–", comparison?.differenceText ?? "–",
            comparison?.intervalText ?? "–", comparison?.pText ?? "–", Self.verdict(line.arm),
        ]
    }

    private var markdown: String {
        var text = "| ablation | variant | log loss | improvement | 95 % interval | p | verdict |\n"
        text += "|---|---|--:|--:|--:|--:|---|\n"
        for line in lines {
            let row = [subject(line), line.arm.name] + cells(line)
            text += "| \(row.map(MarkdownText.escaped).joined(separator: " | ")) |\n"
        }
        return text
    }

    /// A `tabular` for `\input`; needs the package booktabs.
    private var latex: String {
        var text = "% \(LaTeXText.escaped(name)): ablations. Needs \\usepackage{booktabs}.\n"
        text += "\\begin{tabular}{llrrrrl}\n\\toprule\n"
        text += "Ablation & Variant & Log loss & Improvement & 95\\,\\% interval & $p$ & Verdict \\\\\n"
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
    package var document: JSON {
        ["columns": .array((["recipe"] + Self.columns).map { .string($0) }), "rows": rows]
    }

    private var rows: JSON {
        .array(
            lines.map { line in
                let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
                return [
                    "recipe": .string(line.recipe), "ablation": .string(line.ablation),
                    "variant": .string(line.arm.name),
                    "log-loss": JSON(evaluation?.logLoss), "accuracy": JSON(evaluation?.accuracy),
                    "improvement": JSON(comparison?.difference), "low": JSON(comparison?.interval.lowerBound),
                    "high": JSON(comparison?.interval.upperBound), "p": JSON(comparison?.p),
                    "verdict": .string(Self.verdict(line.arm)), "leaderboard": JSON(line.arm.notes.leaderboard),
                ]
            })
    }
}
