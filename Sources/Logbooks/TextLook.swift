// What a look at the texts found, as the step `explore` reports it. Reads that report only; knows no texts.

internal import Digests
internal import Forecasts
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
        let json = try JSON(parsing: Store.content(ofFile: store.path(of: output.digest)))
        column = json["column"]?.string ?? "text"
        questions = json["questions"]?.integer ?? 0
        var points: [Int: [(row: Int, x: Double, y: Double)]] = [:]
        for place in json["map"]?.array ?? [] {
            guard let cluster = place["cluster"]?.integer, let x = place["x"]?.number, let y = place["y"]?.number else {
                continue
            }
            points[cluster, default: []].append((place["row"]?.integer ?? 0, x, y))
        }
        clusters = (json["clusters"]?.array ?? []).enumerated().map { index, cluster in
            Cluster(
                size: cluster["size"]?.integer ?? 0, words: (cluster["words"]?.array ?? []).compactMap(\.string),
                points: points[index] ?? [])
        }
        let counts = json["counts"]
        nearDuplicates = (
            counts?["pairs"]?.integer ?? 0, counts?["with-test"]?.integer ?? 0, counts?["across-folds"]?.integer ?? 0
        )
        advice = (json["advice"]?.array ?? []).compactMap(\.string)
    }

    /// `1,024 prompts in 8 clusters; 3 pairs nearly the same, 1 of them in different folds, 0 between train and test.`
    var sentence: String {
        let pairs = nearDuplicates
        return "\(Format.count(questions, "different \(column)")) in \(Format.count(clusters.count, "cluster")); "
            + "\(Format.count(pairs.pairs, "pair")) nearly the same, \(pairs.acrossFolds) in different folds, "
            + "\(pairs.withTest) between train and test."
    }
}
