// The logbook as Markdown, for code hosts. They strip drawings from a text, so figures are files beside it.

internal import Digests
package import Results
internal import Scores
internal import Statistics
internal import Words

package struct LogbookMarkdown: Form {
    package init() {}

    package static let file = "LOGBOOK.md"
    /// The folder of the figures, beside the text.
    package static let folder = "figures"

    package func files(of logbooks: [RecipeResults]) -> [FormFile] {
        let recipes = logbooks.map { RecipeMarkdown($0, prefix: logbooks.count > 1 ? "\($0.name)-" : "") }
        let text = Self.overview(of: logbooks) + recipes.map(\.text).joined(separator: "\n")
        return [FormFile(Self.file, .text(text))] + recipes.flatMap(\.figures)
    }

    /// The table that sets recipes beside each other; empty for one alone.
    private static func overview(of logbooks: [RecipeResults]) -> String {
        guard logbooks.count > 1 else { return "" }
        let judged = JudgedBy(logbooks)
        let heads =
            ["recipe", "best"] + judged.heads
            + ["against \(logbooks[0].name)", "95 % interval", "verdict"].map(MarkdownText.escaped)
        var lines = [
            "# \(logbooks.count) recipes", "", "| \(heads.joined(separator: " | ")) |",
            "|---|---|\(judged.isOne ? "" : "---|")--:|--:|--:|---|",
        ]
        for (logbook, across) in zip(logbooks, AcrossRecipes(logbooks).rows) {
            let text = PageText(logbook: logbook)
            let words = AcrossText(across)
            let score = logbook.best?.evaluation.map { text.loss($0.score) } ?? "–"
            let cells =
                [logbook.name, across.result ?? "–"] + judged.cells(score, by: logbook.metrics[0])
                + [words.difference, words.interval, words.verdict]
            lines.append("| " + cells.map(MarkdownText.escaped).joined(separator: " | ") + " |")
        }
        return (lines + ["", AcrossText.about(logbooks[0].metrics[0]), ""]).joined(separator: "\n") + "\n"
    }
}
