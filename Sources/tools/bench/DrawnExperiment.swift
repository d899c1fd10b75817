// Differences drawn from parts of known size: groups, chance in training, and what a training set does to all it scores.

import Arithmetic
import Statistics

/// Differences of two models on one row for each group, drawn as a sum of normal parts. So each part is a knob, and the size of
/// the true difference is known: d[s, g] = effect + group[g] + fold[f(g)] + cell[s, f(g)] + rest[s, g].
struct DrawnExperiment {
    /// The standard deviation of groups.
    let groupDeviation: Double
    /// That of one fold's mean over seeds: half of its variance common to the fold's rows, half of single rows.
    let seedDeviation: Double
    /// That of what a training set does to the true difference of its fold, which folds share by half (a correlation of .5).
    let trainingDeviation: Double
    let groups: Int
    let folds: Int
    let seeds: Int

    var name: String {
        "\(groups) groups of sd \(groupDeviation), \(folds) folds x \(seeds) seeds of sd \(seedDeviation), training sets of sd \(trainingDeviation)"
    }

    func paired(effect: Double, seed: UInt64) -> PairedLosses {
        var source = RandomSource(seed: seed)
        func half() -> Double { 0.5.squareRoot() * source.normal() }
        let shared = trainingDeviation * half()
        let training = (0..<folds).map { _ in shared + trainingDeviation * half() }
        let fixed = (0..<groups).map { effect + groupDeviation * source.normal() + training[$0 % folds] }
        // The mean of a fold's rows keeps the single rows' half of the variance.
        let rows = (Double(groups) / Double(folds)).squareRoot()
        let differences = (0..<seeds).map { _ -> [Double] in
            let cells = (0..<folds).map { _ in seedDeviation * half() }
            return fixed.indices.map { fixed[$0] + cells[$0 % folds] + seedDeviation * rows * half() }
        }
        return PairedLosses(
            differences: differences, groups: Array(0..<groups), folds: (0..<groups).map { $0 % folds })
    }
}
