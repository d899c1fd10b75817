// What the recipes of one table are scored by, so that each number stands under the name of its metric. Knows no recipe's results.

internal import Results
internal import Scores

/// The metrics of recipes that share a table.
struct JudgedBy {
    /// Those of any recipe, each once, in the order of the recipes.
    let all: [any Metric]
    /// The one that decides in every recipe; nil where they are judged by several, which have no column in common.
    private let one: (any Metric)?

    /// Whether one metric decides in all recipes.
    var isOne: Bool { one != nil }
    /// The heads of the columns that tell the deciding score: its metric, or one column for the metric and one for the score.
    var heads: [String] { one.map { [$0.title] } ?? ["metric", "score"] }

    /// - Parameter metrics: those of each recipe; the first of each decides in it.
    init(_ metrics: [[any Metric]]) {
        var seen: Set<String> = []
        all = metrics.joined().filter { seen.insert($0.name).inserted }
        one = Set(metrics.compactMap(\.first?.name)).count == 1 ? metrics.first?.first : nil
    }

    init(_ logbooks: [RecipeResults]) { self.init(logbooks.map(\.metrics)) }

    /// The cells below ``heads``.
    func cells(_ score: String, by metric: any Metric) -> [String] { isOne ? [score] : [metric.title, score] }
}
