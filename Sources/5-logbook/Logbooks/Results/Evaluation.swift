// The scores that an `evaluate` step recorded, read back, and how much each row counts in comparisons.

internal import Formats
internal import Digests
internal import Host
internal import Plans
internal import Storage
internal import Synchronization

/// Out-of-fold scores of one result.
package struct Evaluation: Sendable {
    /// The score of one model: a seed and a fold.
    package struct Cell: Sendable {
        /// `seed-1`; empty for models without seeds.
        package let seed: String
        package let fold: Int
        package let logLoss: Double
        package let accuracy: Double
    }

    /// The weights of rows: as many as rows; nil where all count alike.
    enum Weights: Sendable, Equatable {
        case known([Double]?)
        /// The rows are not in the store any more.
        case lost
    }

    package let logLoss: Double
    package let accuracy: Double
    package let rows: Int
    package let cells: [Cell]
    /// Log loss over all rows of each seed's own out-of-fold predictions, by the seed's name.
    package let seeds: [(name: String, logLoss: Double, accuracy: Double)]
    /// Per seed and row the loss, by the seed's name; the group and the fold of each row.
    package let losses: [String: [Double]]
    package let groups: [Int]
    package let folds: [Int]
    /// The true class of each row, and the one that the averaged predictions give the largest probability.
    package let labels: [Int]
    package let predicted: [Int]

    /// Bins of the predicted class's probability: rows, mean probability, share of correct predictions.
    package let bins: [(rows: Int, confidence: Double, accuracy: Double)]
    package let calibrationError: Double

    let weights: Weights
    /// Labels that stand in one fold alone.
    let unseen: [UnseenLabel]
    /// What each row counts in comparisons: its weight, and nothing where the models of its fold never saw its label. Nil where
    /// all count alike, and where the weights are lost.
    let counts: [Double]?
    /// Log loss over the rows whose label could be learnt, each with its weight: what results are ranked by. The score itself
    /// where that is every row's.
    let rankedLoss: Double

    init(reading document: JSONDocument, weights: Weights) throws {
        let average = try document.member("average")
        logLoss = try average.member("log-loss").number
        accuracy = try average.member("accuracy").number
        rows = try document.member("rows").count
        cells = try document.member("cells").elements.compactMap { cell in
            // A fold whose rows all weigh nothing has no score.
            guard let loss = try cell.member(ifPresent: "log-loss")?.number else { return nil }
            return Cell(
                seed: try cell.member("seed").text, fold: try cell.member("fold").count, logLoss: loss,
                accuracy: try cell.member("accuracy").number)
        }
        seeds = try document.member("seeds").elements.map { seed in
            (
                try seed.member("seed").text, try seed.member("log-loss").number, try seed.member("accuracy").number
            )
        }
        // What earlier versions did not write yet is not there; what is there has a value for each row.
        let rowCount = rows
        func column(_ name: String) throws -> [Int] {
            guard let column = try document.member(ifPresent: name) else { return [] }
            let values = try column.counts
            guard values.count == rowCount else { throw column.unexpected("a list of \(rowCount), one for each row") }
            return values
        }
        losses =
            try document.member(ifPresent: "losses")?.members.mapValues { column in
                let values = try column.numbers
                guard values.count == rowCount else {
                    throw column.unexpected("a list of \(rowCount), one for each row")
                }
                return values
            } ?? [:]
        (groups, folds) = (try column("groups"), try column("folds"))
        (labels, predicted) = (try column("labels"), try column("predicted"))
        let reliability = try document.member("reliability")
        bins = try reliability.member("bins").elements.map { bin in
            (
                try bin.member("rows").count, try bin.member("confidence").number, try bin.member("accuracy").number
            )
        }
        calibrationError = try reliability.member("calibration-error").number
        self.weights = weights
        let classes = try document.member(ifPresent: "classes")?.count ?? ((labels.max() ?? -1) + 1)
        let unseen = labels.isEmpty ? [] : UnseenLabel.all(labels: labels, folds: folds, classes: classes)
        self.unseen = unseen
        let left = Set(unseen.filter { $0.fold != nil }.map(\.label))
        if case .known(let own) = weights {
            if let own, own.count != rowCount {
                throw document.unexpected("scores of \(own.count) rows, as many as have weights", found: "\(rowCount)")
            }
            let labels = labels
            counts =
                left.isEmpty
                ? own : (0..<rowCount).map { row in left.contains(labels[row]) ? 0 : own?[row] ?? 1 }
        } else {
            counts = nil
        }
        if !left.isEmpty, let counts, let own = losses["average"], let mean = Self.mean(own, counts) {
            rankedLoss = mean
        } else {
            rankedLoss = logLoss
        }
    }

    private static func mean(_ values: [Double], _ weights: [Double]) -> Double? {
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    }

    /// The mean over the rows that count; `rows` are all, or some. Nil where none of them counts.
    func mean(_ values: [Double], over rows: [Int]? = nil) -> Double? {
        guard let counts else {
            let own = rows.map { rows in rows.map { values[$0] } } ?? values
            return own.isEmpty ? nil : own.reduce(0, +) / Double(own.count)
        }
        guard let rows else { return Self.mean(values, counts) }
        return Self.mean(rows.map { values[$0] }, rows.map { counts[$0] })
    }

    /// Whether each seed was scored by itself: chance has a part in the training.
    var hasSeeds: Bool { seeds.contains { !$0.name.isEmpty } }
    var isWeighted: Bool { if case .known(let weights) = weights { weights != nil } else { false } }
    /// Whether some rows are left out of rankings and comparisons.
    var leavesOut: Bool { unseen.contains { $0.fold != nil } }
}

/// Reads evaluations of one store; the rows behind them once.
final class EvaluationReader: Sendable {
    private let store: Store
    private let known = Mutex<[Digest: Evaluation.Weights]>([:])

    init(_ store: Store) { self.store = store }

    /// What the step of this record scored; nil where it wrote no scores. Errors: of files that cannot be read or are not as they
    /// must be.
    func evaluation(of record: Record) throws -> Evaluation? {
        guard let output = record.outputs["evaluation"] else { return nil }
        let rows = Manifest(json: record.manifest)?.inputs["rows"]
        return try Evaluation(
            reading: StoredDocument.read(output.digest, in: store, from: record.address),
            weights: rows.map(weights) ?? .lost)
    }

    /// The weights of these rows, from what `ingest` wrote.
    private func weights(of rows: Digest) throws -> Evaluation.Weights {
        if let found = known.withLock({ $0[rows] }) { return found }
        let found: Evaluation.Weights
        do {
            found = .known(
                try StoredDocument.read(rows, in: store, from: "data/train/ingest").member(ifPresent: "weights")?
                    .numbers
            )
        } catch let error as AblateError where error.kind == .missing {
            found = .lost
        }
        known.withLock { $0[rows] = found }
        return found
    }
}
