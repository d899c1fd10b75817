// The scores that an `evaluate` step recorded, read back, and how much each row counts in comparisons.

internal import Digests
internal import Formats
internal import Host
internal import Plans
package import Scores

/// Out-of-fold scores of one result.
package struct Evaluation: Sendable {
    /// The score of one model: a seed and a fold.
    package struct Cell: Sendable {
        /// `seed-1`; empty for models without seeds.
        package let seed: String
        package let fold: Int
        /// By the metrics' names, and by the one that decides.
        package let scores: [String: Double]
        package let score: Double
    }

    /// The scores of one seed's own out-of-fold predictions, over all rows.
    package struct Seed: Sendable {
        package let name: String
        /// By the names of those metrics that are defined for its predictions, and by the one that decides.
        package let scores: [String: Double]
        package let score: Double?
    }

    /// The weights of rows: as many as rows; nil where all count alike.
    enum Weights: Sendable, Equatable {
        case known([Double]?)
        /// The rows are not in the store any more.
        case lost
    }

    /// The probabilities of all rows, by the seed's name as in ``losses``. Errors: of predictions that cannot be read.
    typealias Probabilities = @Sendable (_ seed: String) throws -> ProbabilityMatrix

    /// What was scored by; the first decides.
    package let metrics: [any Metric]
    /// By the metrics' names.
    package let scores: [String: Double]
    package let rows: Int
    /// The numbers of these rows in the table, ascending; nil where they are all of it.
    package let covered: [Int]?
    /// Of rows that are not all of the table, the mean over folds of what is scored to what is trained on.
    let testToTrain: Double?
    package let cells: [Cell]
    package let seeds: [Seed]
    /// Per seed and row the loss, by the seed's name; the group and the fold of each row.
    package let losses: [String: [Double]]
    package let groups: [Int]
    package let folds: [Int]
    /// Where rows are dealt several times, those of each seed's own assignment, as ``losses``; else empty.
    let foldsBySeed: [String: [Int]]
    /// How many folds there are.
    package let foldCount: Int
    /// The true class of each row, and the one that the averaged predictions give the largest probability.
    package let labels: [Int]
    package let predicted: [Int]
    /// The predicted class of each row by each seed, as ``losses``; empty in evaluations by the standard metrics.
    let predictedBySeed: [String: [Int]]
    let classes: Int
    /// Of numbers the truth of each row, row-major, and what each seed and their average predict, as ``losses``; else empty.
    package let numbers: [Double]
    package let values: [String: [Double]]
    /// Whether each row stands for its group, and labels are places in it.
    package let isOfGroups: Bool

    /// Bins of the predicted class's probability: rows, mean probability, share of correct predictions.
    package let bins: [(rows: Int, confidence: Double, accuracy: Double)]
    /// Nil where no probabilities were predicted.
    package let calibrationError: Double?

    let weights: Weights
    /// The contents that it was read from, those of its rows among them; nil where they are not known.
    let identity: Digest?
    /// Reads what was predicted under a seed, or by the seeds' average.
    private let probabilities: Probabilities
    /// The places among the rows that are read from probabilities of those that are scored here; nil for all.
    private let kept: [Int]?
    /// Labels that the models of a fold were trained without.
    let unseen: [UnseenLabel]
    /// What each row counts in comparisons: its weight, and nothing where the models of its fold never saw its label. Nil where
    /// all count alike, and where the weights are lost.
    let counts: [Double]?
    /// The score over the rows whose label could be learnt, each with its weight: what results are ranked by. The score itself
    /// where that is every row's.
    package let ranked: Double

    /// The metric that decides.
    package var metric: any Metric { metrics[0] }
    /// The score by the metric that decides.
    package var score: Double { scores[metric.name] ?? .nan }
    /// ``ranked`` as a cost: the lower the better.
    var cost: Double { metric.direction.cost(ranked) }

    /// - Parameter probabilities: asked for where the first metric reads them.
    init(
        reading document: JSONDocument, weights: Weights, identity: Digest? = nil,
        probabilities: @escaping Probabilities = {
            throw AblateError(.missing, "the predictions of \($0) are not at hand")
        }
    ) throws {
        self.identity = identity
        self.probabilities = probabilities
        let average = try document.member("average")
        let metrics = try document.member(ifPresent: "metrics").map(Self.metrics) ?? Metrics.standard
        self.metrics = metrics
        func scores(_ document: JSONDocument, of metrics: [any Metric]) throws -> [String: Double] {
            try Dictionary(
                metrics.map { ($0.name, try document.member($0.name).number) }, uniquingKeysWith: { first, _ in first })
        }
        let first = metrics[0].name
        let whole = try scores(average, of: metrics)
        self.scores = whole
        rows = try document.member("rows").count
        kept = nil
        let covered = try document.member(ifPresent: "covered")?.counts
        self.covered = covered
        testToTrain = try document.member(ifPresent: "test-to-train")?.number
        cells = try document.member("cells").elements.compactMap { cell in
            // A fold whose rows all weigh nothing has no score, and one for which a metric is not defined none by that.
            guard try cell.member(ifPresent: first) != nil else { return nil }
            let own = try scores(cell, of: metrics.filter { try cell.member(ifPresent: $0.name) != nil })
            return Cell(
                seed: try cell.member("seed").text, fold: try cell.member("fold").count, scores: own,
                score: own[first] ?? .nan)
        }
        seeds = try document.member("seeds").elements.map { seed in
            // A metric may be defined for the average of seeds and not for one of them.
            let own = try scores(seed, of: metrics.filter { try seed.member(ifPresent: $0.name) != nil })
            return Seed(name: try seed.member("seed").text, scores: own, score: own[first])
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
        foldsBySeed = try document.member(ifPresent: "folds-by-seed")?.members.mapValues { try $0.counts } ?? [:]
        predictedBySeed =
            try document.member(ifPresent: "predicted-by-seed")?.members.mapValues { column in
                let values = try column.counts
                guard values.count == rowCount else {
                    throw column.unexpected("a list of \(rowCount), one for each row")
                }
                return values
            } ?? [:]
        (groups, folds) = (try column("groups"), try column("folds"))
        foldCount = Set(folds).count
        (labels, predicted) = (try column("labels"), try column("predicted"))
        numbers = try document.member(ifPresent: "numbers")?.numbers ?? []
        values = try document.member(ifPresent: "values")?.members.mapValues { try $0.numbers } ?? [:]
        isOfGroups = try document.member(ifPresent: "of-groups")?.value == true
        // Numbers have none.
        let reliability = try numbers.isEmpty ? document.member("reliability") : nil
        bins =
            try reliability?.member("bins").elements.map { bin in
                (
                    try bin.member("rows").count, try bin.member("confidence").number, try bin.member("accuracy").number
                )
            } ?? []
        calibrationError = try reliability?.member("calibration-error").number
        var weights = weights
        if let covered {
            guard covered.count == rows else {
                throw document.unexpected("\(rows) numbers under covered, one for each row", found: "\(covered.count)")
            }
            if case .known(let own?) = weights {
                guard covered.allSatisfy(own.indices.contains) else {
                    throw document.unexpected("rows of a table of \(own.count)", found: "row \(covered.last ?? 0)")
                }
                weights = .known(covered.map { own[$0] })
            }
        }
        self.weights = weights
        let classes = try document.member(ifPresent: "classes")?.count ?? ((labels.max() ?? -1) + 1)
        self.classes = classes
        var known: [Double]?
        if case .known(let own) = weights { known = own }
        let unseen: [UnseenLabel]
        if let unlearnt = try document.member(ifPresent: "unlearnt") {
            unseen = try unlearnt.elements.map { label in
                UnseenLabel(
                    label: try label.member("label").count, fold: try label.member(ifPresent: "fold")?.count,
                    rows: try label.member("rows").count, comesLater: try label.member("comes-later").value == true)
            }
        } else {
            unseen =
                labels.isEmpty ? [] : UnseenLabel.all(labels: labels, folds: folds, weights: known, classes: classes)
        }
        self.unseen = unseen
        let left = Set(unseen.compactMap { label in label.fold.map { [label.label, $0] } })
        if case .known(let own) = weights {
            if let own, own.count != rowCount {
                throw document.unexpected("scores of \(own.count) rows, as many as have weights", found: "\(rowCount)")
            }
            let (labels, folds) = (labels, folds)
            counts =
                left.isEmpty
                ? own : (0..<rowCount).map { row in left.contains([labels[row], folds[row]]) ? 0 : own?[row] ?? 1 }
        } else {
            counts = nil
        }
        let score = whole[first] ?? .nan
        guard !left.isEmpty, let counts, counts.contains(where: { $0 > 0 }) else {
            ranked = score
            return
        }
        let rows = try Self.rows(
            classes, labels, predicted, losses["average"], for: metrics[0],
            probabilities: { try probabilities("average") })
        let learnt = rows.map { metrics[0].value(over: $0, weights: counts) } ?? .nan
        ranked = learnt.isFinite ? learnt : score
    }

    /// The same of some of its rows, by their places: what is compared with others that are not of all of them.
    private init(_ whole: Evaluation, at places: [Int]) {
        (metrics, scores, cells, seeds, bins) = (whole.metrics, whole.scores, whole.cells, whole.seeds, whole.bins)
        (calibrationError, classes, identity, unseen) = (
            whole.calibrationError, whole.classes, whole.identity, whole.unseen
        )
        (probabilities, testToTrain, ranked) = (whole.probabilities, whole.testToTrain, whole.ranked)
        func own<Value>(_ values: [Value]) -> [Value] { values.isEmpty ? [] : places.map { values[$0] } }
        rows = places.count
        kept = own(whole.kept ?? Array(0..<whole.rows))
        covered = own(whole.covered ?? Array(0..<whole.rows))
        (groups, folds, labels, predicted) = (
            own(whole.groups), own(whole.folds), own(whole.labels), own(whole.predicted)
        )
        foldCount = Set(folds).count
        losses = whole.losses.mapValues(own)
        predictedBySeed = whole.predictedBySeed.mapValues(own)
        let width = whole.classes
        func wide(_ values: [Double]) -> [Double] {
            values.isEmpty ? [] : places.flatMap { values[$0 * width..<($0 + 1) * width] }
        }
        (numbers, values) = (wide(whole.numbers), whole.values.mapValues(wide))
        isOfGroups = whole.isOfGroups
        foldsBySeed = whole.foldsBySeed.mapValues(own)
        weights =
            switch whole.weights {
            case .known(let weights): .known(weights.map(own))
            case .lost: .lost
            }
        counts = whole.counts.map(own)
    }

    /// Two evaluations over the rows that both cover; nil where there are none. As they are where both cover the same.
    package static func overlap(_ one: Evaluation, _ other: Evaluation) -> (Evaluation, Evaluation)? {
        guard one.covered != other.covered else { return (one, other) }
        let rows = (one.covered ?? Array(0..<one.rows), other.covered ?? Array(0..<other.rows))
        let both = Set(rows.0).intersection(rows.1)
        guard !both.isEmpty else { return nil }
        func part(_ evaluation: Evaluation, _ rows: [Int]) -> Evaluation {
            both.count == rows.count
                ? evaluation : Evaluation(evaluation, at: rows.indices.filter { both.contains(rows[$0]) })
        }
        return (part(one, rows.0), part(other, rows.1))
    }

    private static func metrics(_ document: JSONDocument) throws -> [any Metric] {
        let metrics = try document.elements.map { element in
            guard let metric = Metrics.named(try element.text) else {
                throw element.unexpected("one of \(Metrics.all.map(\.name).joined(separator: ", "))")
            }
            return metric
        }
        guard !metrics.isEmpty else { throw document.unexpected("a list of at least one metric") }
        return metrics
    }

    private static func rows(
        _ classes: Int, _ labels: [Int], _ predicted: [Int], _ losses: [Double]?, for metric: any Metric,
        probabilities: () throws -> ProbabilityMatrix
    ) throws -> ScoredRows? {
        guard !labels.isEmpty, labels.allSatisfy({ $0 < classes }), predicted.allSatisfy({ $0 < classes }) else {
            return nil
        }
        let reads = metric.reads
        guard !reads.contains(.losses) || losses?.count == labels.count,
            !reads.contains(.predicted) || predicted.count == labels.count
        else { return nil }
        var matrix: ProbabilityMatrix?
        if reads.contains(.probabilities) {
            let found = try probabilities()
            guard found.rowCount == labels.count, found.classCount == classes else { return nil }
            matrix = found
        }
        return ScoredRows(
            classes: classes, labels: labels, predicted: predicted.count == labels.count ? predicted : [],
            losses: losses?.count == labels.count ? losses ?? [] : [], probabilities: matrix)
    }

    /// What the metric that decides needs of each row under a seed, or of the seeds' average; nil where some of it was not
    /// recorded. Errors: of predictions that cannot be read.
    func rows(under seed: String) throws -> ScoredRows? {
        if !numbers.isEmpty {
            guard let values = values[seed], values.count == numbers.count, numbers.count == rows * classes else {
                return nil
            }
            return ScoredRows(NumberRows(width: classes, truths: numbers, values: values))
        }
        return try Self.rows(
            classes, labels, seed == "average" ? predicted : predictedBySeed[seed] ?? [], losses[seed], for: metric,
            probabilities: {
                let all = try probabilities(seed)
                return kept.map { all.selecting(rows: $0) } ?? all
            })
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

    /// What one seed alone scores, in the mean of all; nil where there are not several, and where one of them has no score.
    package var seedMean: Double? {
        let scores = seeds.compactMap(\.score)
        return scores.count > 1 && scores.count == seeds.count ? scores.reduce(0, +) / Double(scores.count) : nil
    }

    /// The seeds by which this and another one are told apart: those that have a score in both. Empty where the two have other
    /// seeds, as stack entries and ensembles of another size do: their averages are compared.
    package func seeds(sharedWith other: Evaluation) -> [String] {
        guard seeds.map(\.name) == other.seeds.map(\.name) else { return [] }
        return zip(seeds, other.seeds).filter { $0.score != nil && $1.score != nil }.map(\.0.name)
    }

    /// Whether each seed was scored by itself: chance has a part in the training.
    package var hasSeeds: Bool { seeds.contains { $0.name.hasPrefix("seed-") } }
    /// How often the rows were dealt to folds.
    package var repeats: Int { max(1, Set(foldsBySeed.keys.map(EvaluateStep.repeatNumber)).count) }
    var isWeighted: Bool { if case .known(let weights) = weights { weights != nil } else { false } }
    /// The folds whose rows were scored, where some rows were not. Groups are scored by one row each: that is no part of them.
    package var scoredFolds: [Int]? {
        covered == nil || isOfGroups && testToTrain == nil ? nil : Set(folds).sorted()
    }
    /// Whether some rows are left out of rankings and comparisons.
    package var leavesOut: Bool { unseen.contains { $0.fold != nil } }
}
