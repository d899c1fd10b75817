// The logbook as one HTML file: no request to anywhere; its one script only sorts, filters and lights up.

internal import Mustache
package import Results
internal import Scores
internal import Statistics
internal import Words

/// The page of one recipe, or of several.
package struct LogbookPage: Form {
    /// What a server that keeps the page up to date calls this state of it: the page then asks that server, and nobody else, for
    /// news. Nil for a page that asks nobody.
    private let version: String?

    package init(version: String? = nil) { self.version = version }

    package static let file = "index.html"

    package func files(of logbooks: [RecipeResults]) -> [FormFile] { [FormFile(Self.file, .text(html(of: logbooks)))] }

    private static let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    private static let script = String(decoding: PackageResources.page_js, as: UTF8.self)

    /// The Content-Security-Policy of the page.
    package var policy: String { ContentPolicy.text(style: Self.style, script: Self.script, isLive: version != nil) }

    /// The page. Every text of the user's is escaped by the template; only figures, style and script are put in as they are.
    package func html(of logbooks: [RecipeResults]) -> String {
        let isSingle = logbooks.count == 1
        let title = logbooks.map(\.name).joined(separator: ", ")
        var context: [String: Any] = [
            "title": title, "style": Self.style, "script": Self.script, "policy": policy,
            "recipes": logbooks.map { RecipePage(logbook: $0, isSingle: isSingle).context },
        ]
        if let version { context["version"] = version }
        // A key that is absent is a section that is not shown; an optional without a value would be shown.
        if !isSingle {
            let metrics = JudgedBy(logbooks).all
            let rows = zip(logbooks, AcrossRecipes(logbooks).rows).map { overview($0, $1, metrics) }
            context["overview"] = [
                [
                    "rows": rows, "metrics": metrics.map { ["title": $0.title] },
                    "count": String(logbooks.count), "first": logbooks[0].name,
                    "aboutAcross": AcrossText.about(logbooks[0].metrics[0]),
                ]
            ]
        }
        return Self.template.render(Self.visible(context, but: ["svg", "style", "script", "policy"]))
    }

    /// A recipe's line in the table of all, which has a column for each metric.
    private func overview(_ logbook: RecipeResults, _ across: AcrossRecipes.Row, _ metrics: [any Metric]) -> [String:
        Any]
    {
        let text = PageText(logbook: logbook)
        let words = AcrossText(across)
        let outcomes = logbook.ablations.flatMap { $0.arms.compactMap { $0.comparison?.outcome } }
        func count(_ outcome: Verdict.Outcome) -> String { String(outcomes.count { $0 == outcome }) }
        var row: [String: Any] = [
            "recipe": logbook.name, "values": metrics.map { _ in ["value": ""] },
            "steps": "\(logbook.done.steps) of \(logbook.done.total)", "helps": count(.helps),
            "difference": words.difference, "interval": words.interval, "words": words.verdict,
            "hurts": count(.hurts), "open": String(outcomes.count { $0 != .helps && $0 != .hurts }),
        ]
        if let outcome = across.comparison?.outcome { row["verdict"] = outcome.rawValue }
        if let best = logbook.best, let evaluation = best.evaluation {
            row["best"] = best.name
            row["values"] = metrics.map { ["value": text.shown($0, evaluation.scores)] }
        }
        return row
    }

    /// The texts of a template's context; figures, style and script are markup of our own.
    private static func visible(_ value: Any, but own: Set<String>) -> Any {
        switch value {
        case let text as String: VisibleText.of(text)
        case let list as [Any]: list.map { visible($0, but: own) }
        case let members as [String: Any]:
            Dictionary(uniqueKeysWithValues: members.map { ($0, own.contains($0) ? $1 : visible($1, but: own)) })
        default: value
        }
    }

    private static let template: MustacheTemplate = {
        do {
            return try MustacheTemplate(string: String(decoding: PackageResources.page_mustache, as: UTF8.self))
        } catch {
            preconditionFailure("the built-in page is no template: \(error)")
        }
    }()
}
