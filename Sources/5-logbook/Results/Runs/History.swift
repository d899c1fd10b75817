// What earlier runs of the recipe scored, by the documents of runs and their records. Results that the recipe would not make
// any more are told apart, and kept.

internal import Formats
package import Digests
internal import Plans
internal import Recipes
internal import Scores
internal import Storage

/// The runs of a recipe and what they found.
package struct History: Sendable {
    /// One run, with the best score of a model or stack entry that it had.
    package struct Run: Sendable {
        package let number: Int
        package let state: String
        package let best: String
        /// By the metric that decides today.
        package let score: Double
        /// Whether the score is of the same rows and folds as those of today.
        package let isComparable: Bool
    }

    /// A score whose steps the recipe does not have any more, or has with other settings.
    package struct Result: Sendable {
        package let name: String
        package let anchor: String
        /// By the metric that decides today.
        package let score: Double
        /// By the metrics' names, as far as its record has them.
        package let scores: [String: Double]
        package let isComparable: Bool
        /// The runs that had it.
        package let runs: [Int]
        /// The recipe's settings that are otherwise today.
        package let changes: [Change]
    }

    /// How a setting, or what has settings, is otherwise than it was then.
    package enum Change: Sendable, Equatable {
        case gone(String)
        case new(String)
        /// A value that is nil was, or is, not there.
        case changed(String, was: JSON?, is: JSON?)
    }

    package let runs: [Run]
    package let results: [Result]

    /// Older documents are not looked into; of large recipes, that have long ones, fewer.
    private static let most = (runs: 200, keys: 60_000)

    /// - Parameters:
    ///   - settings: the recipe's values by their paths, as documents of runs have them.
    ///   - metrics: what the recipe is scored by today; the first decides.
    ///   - isScored: whether the recipe has results that can have scores.
    ///   - current: the evaluations that the logbook shows as the recipe's own.
    init(
        of name: String, in folder: String, store: Store, settings: JSON, metrics: [any Metric], isScored: Bool,
        current: [(name: String, record: Record)]
    ) throws {
        let metric = metrics[0]
        let present = Set(current.map(\.record.key))
        // A score that was worked out anew, by a later version of the kind, is no other result.
        let scores = Dictionary(
            current.map { ($0.name, StepMetrics($0.record.metrics).score(metric.name)) },
            uniquingKeysWith: { first, _ in first })
        let basis = current.first.map { Self.basis($0.record) }
        let place = store.place(ofProject: folder)
        var runs: [Run] = []
        var results: [Digest: Result] = [:]
        var order: [Digest] = []
        // A recipe of custom steps alone has no score to tell of, and may have long documents.
        guard isScored else {
            (self.runs, self.results) = ([], [])
            return
        }
        var (number, keyCount) = ((try store.numberedRuns(name, last: 1).first?.number ?? 0) + 1, 0)
        let oldest = max(0, number - Self.most.runs)
        while number > oldest + 1, keyCount < Self.most.keys {
            number -= 1
            guard let json = try store.run(name, number: number) else { continue }
            let document = JSONDocument(
                json, name: "\(store.runsFolder(name)), run \(number)", advice: StoredDocument.advice)
            let keys = try document.member(ifPresent: "keys")?.members ?? [:]
            keyCount += keys.count
            // Two projects may share a store and a name.
            guard try document.member(ifPresent: "folder")?.text == place else { continue }
            let state = try document.member("state").text
            let then = try document.member(ifPresent: "settings")?.object ?? [:]
            var best: (name: String, score: Double, isComparable: Bool)?
            // A variant is named after its ablation, with a colon; what a variant and a model share is the model's.
            let names = try (document.member(ifPresent: "results")?.members ?? [:]).sorted {
                ($0.key.contains(": ") ? 1 : 0, $0.key) < ($1.key.contains(": ") ? 1 : 0, $1.key)
            }
            for (result, address) in names {
                // A result that the run did not come to has no key, and a record may have been collected since.
                guard let key = try keys[address.text]?.digest, let record = try store.storedRecord(key) else {
                    continue
                }
                let said = StepMetrics(record.metrics)
                guard let score = said.score(metric.name) else { continue }
                let isComparable = basis.map { $0 == Self.basis(record) } ?? true
                let isBetter = best.map { metric.direction.cost(score) < metric.direction.cost($0.score) } ?? true
                if !result.contains(": "), isBetter { best = (result, score, isComparable) }
                if present.contains(key) || scores[result] == .some(score) { continue }
                if let known = results[key] {
                    results[key] = Result(
                        name: known.name, anchor: known.anchor, score: score, scores: known.scores,
                        isComparable: isComparable,
                        runs: known.runs.first == number ? known.runs : [number] + known.runs, changes: known.changes)
                } else {
                    order.append(key)
                    results[key] = Result(
                        name: result, anchor: key.short, score: score,
                        scores: Dictionary(
                            metrics.compactMap { one in said.score(one.name).map { (one.name, $0) } },
                            uniquingKeysWith: { first, _ in first }),
                        isComparable: isComparable, runs: [number],
                        changes: Self.changes(then, settings.object ?? [:]))
                }
            }
            if let best {
                runs.append(
                    Run(
                        number: number, state: state, best: best.name,
                        score: best.score, isComparable: best.isComparable))
            }
        }
        self.runs = runs.reversed()
        self.results = order.compactMap { results[$0] }
    }

    /// What a score is a score of: rows and folds, by content.
    private static func basis(_ record: Record) -> [String: Digest] {
        ((try? Manifest(reading: record.manifest))?.inputs ?? [:]).filter { $0.key == "rows" || $0.key == "folds" }
    }

    private static func changes(_ then: [String: JSON], _ now: [String: JSON]) -> [Change] {
        // A key that an earlier version did not know, at nothing, is no change.
        func isNothing(_ value: JSON?) -> Bool { value.map { [.null, [], [:]].contains($0) } ?? true }
        // A key that an earlier version did not have stood for its default.
        let defaults = Recipe.defaults
        let then = then.merging(
            now.keys.filter { then[$0] == nil }.compactMap { key in defaults[key].map { (key, $0) } }
        ) { $1 }
        var gone: Set<String> = []
        return Set(then.keys).union(now.keys).sorted().compactMap { path in
            guard then[path] != now[path], !isNothing(then[path]) || !isNothing(now[path]) else { return nil }
            let parts = path.split(separator: ".")
            // A model or an entry that came or went is one change.
            if parts.count > 2 {
                let head = parts.prefix(2).joined(separator: ".")
                let sides = [then, now].map { side in side.keys.contains { $0.hasPrefix(head + ".") } }
                if sides[0] != sides[1] {
                    return gone.insert(head).inserted ? sides[0] ? .gone(head) : .new(head) : nil
                }
            }
            return .changed(path, was: then[path], is: now[path])
        }
    }
}
