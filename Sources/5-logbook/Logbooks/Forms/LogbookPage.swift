// The logbook as one HTML file: no request to anywhere; its one script only sorts, filters and lights up.

internal import Mustache
internal import Statistics
internal import Words

/// The page of one recipe, or of several.
package struct LogbookPage: Sendable {
    private let logbooks: [Logbook]
    /// What a server that keeps the page up to date calls this state of it: the page then asks that server, and nobody else, for
    /// news. Nil for a page that asks nobody.
    private let version: String?

    package init(_ logbooks: [Logbook], version: String? = nil) { (self.logbooks, self.version) = (logbooks, version) }

    private static let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    private static let script = String(decoding: PackageResources.page_js, as: UTF8.self)

    /// The Content-Security-Policy of the page.
    package var policy: String { ContentPolicy.text(style: Self.style, script: Self.script, isLive: version != nil) }

    /// The page. Every text of the user's is escaped by the template; only figures, style and script are put in as they are.
    package var html: String {
        let isSingle = logbooks.count == 1
        let title = logbooks.map(\.name).joined(separator: ", ")
        var context: [String: Any] = [
            "title": title, "style": Self.style, "script": Self.script, "policy": policy,
            "recipes": logbooks.map { RecipePage(logbook: $0, isSingle: isSingle).context },
        ]
        if let version { context["version"] = version }
        // A key that is absent is a section that is not shown; an optional without a value would be shown.
        if !isSingle {
            let rows = zip(logbooks, AcrossRecipes(logbooks).rows).map(overview)
            context["overview"] = [
                [
                    "rows": rows, "count": String(logbooks.count), "first": logbooks[0].name,
                    "aboutAcross": AcrossText.about,
                ]
            ]
        }
        return Self.template.render(Self.visible(context, but: ["svg", "style", "script", "policy"]))
    }

    /// A recipe's line in the table of all.
    private func overview(_ logbook: Logbook, _ across: AcrossRecipes.Row) -> [String: Any] {
        let text = PageText(logbook: logbook)
        let words = AcrossText(across)
        let outcomes = logbook.ablations.flatMap { $0.arms.compactMap { $0.comparison?.outcome } }
        func count(_ outcome: Verdict.Outcome) -> String { String(outcomes.count { $0 == outcome }) }
        var row: [String: Any] = [
            "recipe": logbook.name, "steps": "\(logbook.done.steps) of \(logbook.done.total)", "helps": count(.helps),
            "difference": words.difference, "interval": words.interval, "words": words.verdict,
            "hurts": count(.hurts), "open": String(outcomes.count { $0 != .helps && $0 != .hurts }),
        ]
        if let outcome = across.comparison?.outcome { row["verdict"] = outcome.rawValue }
        if let best = text.best, let evaluation = best.evaluation {
            row["best"] = best.name
            row["logLoss"] = text.loss(evaluation.logLoss)
            row["accuracy"] = text.share(evaluation.accuracy)
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
