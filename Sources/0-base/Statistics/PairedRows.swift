// The rows that two models are compared on: their groups, folds and weights. Knows no losses and no metric.

internal import Scores

/// The rows that count in a comparison.
struct PairedRows: Sendable {
    /// The rows that count among all; nil where all do.
    private let counting: [Int]?
    /// The weight of each row that counts, above 0; nil where all count alike.
    let weights: [Double]?
    let groups: RowGrouping
    let folds: [Int]
    /// The ratio of what is tested to what is trained on, where the rows do not tell it: they are not all that was trained on.
    private let givenRatio: Double?
    /// The folds of the rows that count under each seed, where these have folds of their own.
    private let ownFolds: [[Int]]?

    /// See ``PairedLosses/init(differences:groups:folds:weights:)``.
    init(groups: [Int], folds: [Int], weights: [Double]?, testToTrain: Double? = nil, foldsBySeed: [[Int]]? = nil) {
        givenRatio = testToTrain
        precondition(groups.count == folds.count)
        let positive = weights.map { weights in
            precondition(weights.count == folds.count && weights.allSatisfy { $0 >= 0 }, "one weight for each row")
            return weights.indices.filter { weights[$0] > 0 }
        }
        precondition(positive.map { !$0.isEmpty } ?? true, "some row has a weight")
        let counting = positive.flatMap { $0.count < folds.count ? $0 : nil }
        self.counting = counting
        func kept<Value>(_ values: [Value]) -> [Value] { counting.map { $0.map { values[$0] } } ?? values }
        self.groups = RowGrouping(ids: kept(groups))
        self.folds = kept(folds)
        ownFolds = foldsBySeed.map { $0.map(kept) }
        // Equal weights are none: the result is then the same to the last bit.
        let own = weights.map(kept)
        self.weights = own.flatMap { own in own.allSatisfy { $0 == own[0] } ? nil : own }
    }

    /// The values of the rows that count, of a value for each row.
    func kept<Value>(_ values: [Value]) -> [Value] { counting.map { $0.map { values[$0] } } ?? values }

    /// The scored rows that count.
    func kept(_ rows: ScoredRows) -> ScoredRows { counting.map(rows.selecting) ?? rows }

    /// The weights of some of the rows that count; nil where all count alike.
    func weights(of rows: [Int]) -> [Double]? { weights.map { weights in rows.map { weights[$0] } } }

    /// The fold of each row that counts under each seed, or under all seeds once.
    var foldsBySeed: [[Int]] { ownFolds ?? [folds] }

    /// The rows of each fold that has some.
    var rowsByFold: [[Int]] { Self.rows(byFold: folds) }

    /// The same under each seed, where these have folds of their own.
    var rowsByOwnFold: [[[Int]]]? { ownFolds?.map(Self.rows) }

    /// The rows of each fold that has some.
    static func rows(byFold folds: [Int]) -> [[Int]] {
        var rows = [[Int]](repeating: [], count: (folds.max() ?? -1) + 1)
        for (row, fold) in folds.enumerated() { rows[fold].append(row) }
        return rows.filter { !$0.isEmpty }
    }

    /// What each group counts: its rows, or what they weigh.
    var groupWeights: [Double] { (0..<groups.count).map { total(groups[$0]) } }

    /// The mean over the folds of the weight tested to the weight trained on; of rows without weights that of equal folds. All folds
    /// count, also those that have no score: they were trained on. Nil for a single fold.
    private var testToTrain: Double? {
        if let givenRatio { return givenRatio }
        let rowsByFold = self.rowsByFold
        guard weights != nil else { return rowsByFold.count > 1 ? 1 / Double(rowsByFold.count - 1) : nil }
        let folds = rowsByFold.map(total)
        let whole = folds.reduce(0, +)
        return folds.reduce(0) { $0 + $1 / (whole - $1) } / Double(folds.count)
    }

    /// The test of a difference by its components, where there are two seeds or more, else over the folds. Nil where there are too
    /// few folds, groups or seeds for either.
    ///
    /// - Parameters:
    ///   - components: of the difference; nil where they cannot be told.
    ///   - mean: the difference itself.
    ///   - cells: the same for each fold that has rows under each of `seeds` seeds, folds first.
    func test(
        _ components: VarianceComponents?, mean: Double, seeds: Int, cells: @autoclosure () -> [Double]
    ) -> PairedTest? {
        if let components, let ratio = testToTrain, ratio.isFinite {
            return PairedTest(components, mean: mean, seeds: seeds, groups: groups.count, testToTrain: ratio)
        }
        return correctedTest(of: cells(), seeds: seeds).map { PairedTest($0, groups: groups.count) }
    }

    /// The corrected test over folds and seeds of a difference for each fold that has rows under each of `seeds` seeds.
    func correctedTest(of cells: [Double], seeds: Int) -> CorrectedTest? {
        let ratio = testToTrain
        guard ratio?.isFinite ?? true else { return nil }
        // The cells of one fold differ by seed alone: what other rows would say, their spread does not tell.
        guard cells.count > seeds || givenRatio == nil else { return nil }
        return try? CorrectedTest(
            differences: cells, folds: cells.count / seeds, seeds: seeds, testToTrain: ratio)
    }

    func mean(_ values: [Double], _ rows: some Collection<Int>) -> Double {
        guard let weights else { return rows.reduce(0) { $0 + values[$1] } / Double(rows.count) }
        return rows.reduce(0) { $0 + weights[$1] * values[$1] } / total(rows)
    }

    private func total(_ rows: some Collection<Int>) -> Double {
        weights.map { weights in rows.reduce(0) { $0 + weights[$1] } } ?? Double(rows.count)
    }
}
