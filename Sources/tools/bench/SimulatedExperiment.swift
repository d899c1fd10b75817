// Experiments made up to know the truth: two learners cross-validated on drawn data, equally good or apart by a known amount.

import Foundation
import Arithmetic
import Statistics

/// Folds, seeds and data of the experiments.
struct ExperimentLayout: Sendable {
    let groups: Int
    let rowsPerGroup: Int
    let folds: Int
    let seeds: Int

    var name: String { "\(groups) groups of \(rowsPerGroup), \(folds) folds x \(seeds) seeds" }
}

/// Two learners on one drawn table. Each looks at features of its own; both kinds are drawn alike, so that over tables neither
/// is better, whatever one table says. All that makes real comparisons hard is there: rows of a group share their noise, folds
/// share training rows, and a seed draws the groups that a learner sees.
struct SimulatedExperiment {
    /// How many features each learner has.
    private static let width = 3
    private let layout: ExperimentLayout
    private let labels: [Int]
    /// Of both learners: row by row.
    private let features: [[[Double]]]
    private var source: RandomSource
    private let foldOfGroup: [Int]

    /// - Parameter advantage: how much stronger the second learner's features are; 0 is the null.
    init(_ layout: ExperimentLayout, advantage: Double, seed: UInt64) {
        self.layout = layout
        var source = RandomSource(seed: seed)
        let count = layout.groups * layout.rowsPerGroup
        labels = (0..<count).map { _ in source.next(below: 2) }
        let labels = labels
        features = [0, advantage].map { extra in
            // What all rows of a group have in common: how hard it is for this learner, and a shift.
            let ease = (0..<layout.groups).map { _ in 1 + 0.6 * source.normal() }
            let shift = (0..<layout.groups).map { _ in (0..<Self.width).map { _ in 0.6 * source.normal() } }
            return (0..<count).map { row in
                let group = row / layout.rowsPerGroup
                let signal = (0.35 + extra) * ease[group] * (labels[row] == 1 ? 1 : -1)
                return (0..<Self.width).map { column in signal + shift[group][column] + source.normal() }
            }
        }
        let order = source.permutation(of: layout.groups)
        var folds = [Int](repeating: 0, count: layout.groups)
        for (place, group) in order.enumerated() { folds[group] = place % layout.folds }
        foldOfGroup = folds
        self.source = source
    }

    /// Trains and scores all: the paired losses as the logbook has them.
    mutating func paired() -> PairedLosses {
        let count = labels.count
        var differences = [[Double]](repeating: [Double](repeating: 0, count: count), count: layout.seeds)
        for seed in 0..<layout.seeds {
            for fold in 0..<layout.folds {
                let known = (0..<layout.groups).filter { foldOfGroup[$0] != fold }
                for (learner, sign) in [(0, 1.0), (1, -1.0)] {
                    let drawn = source.permutation(of: known.count).prefix(known.count * 4 / 5).map { known[$0] }
                    let model = centroids(of: learner, drawn)
                    for group in 0..<layout.groups where foldOfGroup[group] == fold {
                        for row in rows(of: group) {
                            differences[seed][row] += sign * loss(model, features[learner][row], labels[row])
                        }
                    }
                }
            }
        }
        return PairedLosses(
            differences: differences, groups: (0..<count).map { $0 / layout.rowsPerGroup },
            folds: (0..<count).map { foldOfGroup[$0 / layout.rowsPerGroup] })
    }

    private func rows(of group: Int) -> Range<Int> {
        group * layout.rowsPerGroup..<(group + 1) * layout.rowsPerGroup
    }

    /// A linear discriminant with one variance for each feature: weights, then the bias.
    private func centroids(of learner: Int, _ groups: [Int]) -> [Double] {
        var sums = [[Double]](repeating: [Double](repeating: 0, count: Self.width), count: 2)
        var squares = [Double](repeating: 0, count: Self.width)
        var counts = [0.0, 0.0]
        for group in groups {
            for row in rows(of: group) {
                let (label, values) = (labels[row], features[learner][row])
                counts[label] += 1
                for column in 0..<Self.width {
                    sums[label][column] += values[column]
                    squares[column] += values[column] * values[column]
                }
            }
        }
        var weights: [Double] = []
        var bias = log((counts[1] + 1) / (counts[0] + 1))
        for column in 0..<Self.width {
            let (low, high) = (sums[0][column] / max(counts[0], 1), sums[1][column] / max(counts[1], 1))
            let within = counts[0] * low * low + counts[1] * high * high
            let variance = max((squares[column] - within) / max(counts[0] + counts[1] - 2, 1), 1e-3)
            weights.append((high - low) / variance)
            bias -= (high - low) / variance * (high + low) / 2
        }
        return weights + [bias]
    }

    private func loss(_ model: [Double], _ values: [Double], _ label: Int) -> Double {
        var logit = model[Self.width]
        for column in 0..<Self.width { logit += model[column] * values[column] }
        return log1p(exp(label == 1 ? -logit : logit))
    }
}

extension RandomSource {
    /// A draw from the standard normal distribution, by Box and Muller.
    mutating func normal() -> Double {
        let first = (Double(next() >> 11) + 1) * 0x1p-53
        let second = Double(next() >> 11) * 0x1p-53
        return (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
    }
}
