// What a look at the texts found, as the step `explore` reports it. Reads that report only; knows no texts.

internal import Digests
internal import Forecasts
internal import Formats
internal import Plans
internal import Storage

/// Clusters, a map, near-duplicates and advice.
package struct TextLook: Sendable {
    package struct Cluster: Sendable {
        package let size: Int
        /// The words that set it apart, most telling first.
        package let words: [String]
        package let points: [(row: Int, x: Double, y: Double)]
    }

    /// `prompt` or `answer`: what was looked at.
    package let column: String
    package let questions: Int
    package let clusters: [Cluster]
    /// Pairs that are nearly the same; of these, with a text of the test table, and in different folds.
    package let nearDuplicates: (pairs: Int, withTest: Int, acrossFolds: Int)
    package let advice: [String]

    /// Nil where the recipe has no such step, or it has not been run. Errors: of a report that cannot be read.
    init?(of plan: Plan, _ entries: [Forecast.Entry], in store: Store) throws {
        guard let step = plan.steps.firstIndex(where: { $0.kind == .explore }),
            let output = entries[step].record?.outputs["report"]
        else { return nil }
        let report = try StoredDocument.read(output.digest, in: store, from: plan.steps[step].address)
        column = try report.member("column").text
        questions = try report.member("questions").count
        var points: [Int: [(row: Int, x: Double, y: Double)]] = [:]
        for place in try report.member(ifPresent: "map")?.elements ?? [] {
            points[try place.member("cluster").count, default: []].append(
                (try place.member("row").count, try place.member("x").number, try place.member("y").number))
        }
        clusters = try report.member("clusters").elements.enumerated().map { index, cluster in
            Cluster(
                size: try cluster.member("size").count, words: try cluster.member("words").texts,
                points: points[index] ?? [])
        }
        let counts = try report.member("counts")
        nearDuplicates = (
            try counts.member("pairs").count, try counts.member("with-test").count,
            try counts.member("across-folds").count
        )
        advice = try report.member("advice").texts
    }
}
