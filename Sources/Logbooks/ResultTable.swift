// The ablations' results as one table, for a paper: CSV, Markdown, LaTeX and JSON. Knows no files.

internal import Digests

/// A line for each variant of each ablation.
package struct ResultTable: Sendable {
    package enum Form: String, CaseIterable, Sendable { case csv, md, tex, json }

    struct Line {
        let ablation: String
        let arm: AblationEntry.Arm
    }

    let name: String
    let lines: [Line]

    package init(_ logbook: Logbook) {
        name = logbook.name
        lines = logbook.ablations.flatMap { ablation in ablation.arms.map { Line(ablation: ablation.name, arm: $0) } }
    }

    package func text(_ form: Form) -> String {
        switch form {
        case .csv: csv
        case .md: markdown
        case .tex: latex
        case .json: json.text(.indented) + "\n"
        }
    }

    private static let columns = [
        "ablation", "variant", "log_loss", "accuracy", "improvement", "low", "high", "p", "verdict", "leaderboard",
    ]

    /// RFC 4180, with full numbers; what is not there is empty.
    private var csv: String {
        func field(_ text: String) -> String {
            guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
            return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let rows = lines.map { line -> [String] in
            let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
            return [
                line.ablation, line.arm.name, number(evaluation?.logLoss), number(evaluation?.accuracy),
                number(comparison?.difference), number(comparison?.interval.lowerBound),
                number(comparison?.interval.upperBound), number(comparison?.p), Self.verdict(line.arm),
                number(line.arm.notes.leaderboard),
            ]
        }
        return ([Self.columns] + rows).map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func verdict(_ arm: AblationEntry.Arm) -> String {
        arm.comparison?.verdict
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
            let row = [line.ablation, line.arm.name] + cells(line)
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
            text += line.ablation == last ? "" : "\\midrule\n"
            let shown = line.ablation == last ? "" : line.ablation
            last = line.ablation
            let row = [shown, line.arm.name] + cells(line)
            text += row.map(LaTeXText.escaped).joined(separator: " & ") + " \\\\\n"
        }
        return text + "\\bottomrule\n\\end{tabular}\n"
    }

    private var json: JSON {
        [
            "schema_version": 1, "recipe": .string(name),
            "rows": .array(
                lines.map { line in
                    let (evaluation, comparison) = (line.arm.evaluation, line.arm.comparison)
                    return [
                        "ablation": .string(line.ablation), "variant": .string(line.arm.name),
                        "log_loss": JSON(evaluation?.logLoss), "accuracy": JSON(evaluation?.accuracy),
                        "improvement": JSON(comparison?.difference), "low": JSON(comparison?.interval.lowerBound),
                        "high": JSON(comparison?.interval.upperBound), "p": JSON(comparison?.p),
                        "verdict": .string(Self.verdict(line.arm)), "leaderboard": JSON(line.arm.notes.leaderboard),
                    ]
                }),
        ]
    }
}
