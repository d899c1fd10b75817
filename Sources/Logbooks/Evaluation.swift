// The scores that an `evaluate` step recorded, read back.

internal import Digests
internal import Storage

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

    init(reading path: String) throws {
        let json = try JSON(parsing: Store.content(ofFile: path))
        func number(_ value: JSON?, _ name: String) throws -> Double {
            guard let number = value?[name]?.number else { throw Unreadable(description: "\(path) has no \(name)") }
            return number
        }
        logLoss = try number(json["average"], "log-loss")
        accuracy = try number(json["average"], "accuracy")
        rows = json["rows"]?.integer ?? 0
        cells = try (json["cells"]?.array ?? []).map { cell in
            Cell(
                seed: cell["seed"]?.string ?? "", fold: cell["fold"]?.integer ?? 0,
                logLoss: try number(cell, "log-loss"),
                accuracy: try number(cell, "accuracy"))
        }
        seeds = try (json["seeds"]?.array ?? []).map { seed in
            (seed["seed"]?.string ?? "", try number(seed, "log-loss"), try number(seed, "accuracy"))
        }
        losses = json["losses"]?.object?.mapValues { ($0.array ?? []).compactMap(\.number) } ?? [:]
        groups = json["groups"]?.array?.compactMap(\.integer) ?? []
        folds = json["folds"]?.array?.compactMap(\.integer) ?? []
        labels = json["labels"]?.array?.compactMap(\.integer) ?? []
        predicted = json["predicted"]?.array?.compactMap(\.integer) ?? []
        bins = try (json["reliability"]?["bins"]?.array ?? []).map { bin in
            (bin["rows"]?.integer ?? 0, try number(bin, "confidence"), try number(bin, "accuracy"))
        }
        calibrationError = try number(json["reliability"], "calibration-error")
    }

    /// Whether each seed was scored by itself: chance has a part in the training.
    var hasSeeds: Bool { seeds.contains { !$0.name.isEmpty } }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }
}
