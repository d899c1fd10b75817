// The metrics there are, by name. Knows none of them from inside.

package import Targets

/// The metrics there are.
package enum Metrics {
    /// In the order of reference and schema.
    package static let all: [any Metric] = [
        LogLoss(), Accuracy(), BalancedAccuracy(), FMeasure(.macro), FMeasure(.binary), MatthewsCorrelation(),
        QuadraticKappa(), AreaUnderROC(), AveragePrecision(), BrierScore(), CalibrationError(),
        RootMeanSquaredError(), ColumnwiseError(), MeanAbsoluteError(), Determination(), PearsonCorrelation(),
        SpearmanCorrelation(),
    ]

    /// The metrics that have a number in their name.
    package static let families = [
        MetricFamily(prefix: "map@", suffix: "", example: "map@3") { CreditAtRank(.map, places: $0) },
        MetricFamily(prefix: "ndcg@", suffix: "", example: "ndcg@10") { CreditAtRank(.ndcg, places: $0) },
        MetricFamily(prefix: "f", suffix: "-macro", example: "f2-macro") { FMeasure(.macro, beta: Double($0)) },
        MetricFamily(prefix: "f", suffix: "-binary", example: "f2-binary") { FMeasure(.binary, beta: Double($0)) },
    ]

    /// What a recipe of classes is scored by that names none; the first decides.
    package static let standard: [any Metric] = [LogLoss(), Accuracy()]

    /// What a recipe is scored by that names none, by what it predicts.
    package static func standard(of kind: Target.Kind) -> [any Metric] {
        switch kind {
        case .classes: standard
        case .ordinal: [QuadraticKappa(), Accuracy()]
        case .multiLabel: [LogLoss(), AreaUnderROC()]
        case .number: [RootMeanSquaredError(), MeanAbsoluteError()]
        case .choice: [LogLoss(), Accuracy()]
        }
    }

    /// The metric of this name; nil where there is none.
    package static func named(_ name: String) -> (any Metric)? {
        all.first { $0.name == name } ?? families.lazy.compactMap { $0.metric(named: name) }.first
    }

    /// Those of some names, in the order of ``all``, and then by name. What is no metric's name is passed over.
    package static func named(_ names: some Collection<String>) -> [any Metric] {
        let others = names.filter { name in !all.contains { $0.name == name } }
        return all.filter { names.contains($0.name) } + others.sorted().compactMap(named)
    }

    /// Whether these are what a recipe is scored by that names none.
    package static func isStandard(_ names: [String]) -> Bool { names == standard.map(\.name) }
}

/// Metrics alike but for a whole number in their name: `map@3`.
package struct MetricFamily: Sendable {
    package let prefix: String
    package let suffix: String
    /// The name of one of them.
    package let example: String
    private let make: @Sendable (Int) -> any Metric

    /// The numbers that there may be.
    private static let numbers = 1...999

    init(prefix: String, suffix: String, example: String, make: @escaping @Sendable (Int) -> any Metric) {
        (self.prefix, self.suffix, self.example, self.make) = (prefix, suffix, example, make)
    }

    /// The names as a regular expression.
    package var pattern: String { "^\(prefix)[1-9][0-9]{0,2}\(suffix)$" }

    /// The names, for people: `map@K`.
    package var form: String { "\(prefix)K\(suffix)" }

    /// Its metric of this name; nil where the name is none of its own.
    package func metric(named name: String) -> (any Metric)? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count > prefix.count + suffix.count else {
            return nil
        }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard let number = Int(digits), String(number) == digits, Self.numbers.contains(number) else { return nil }
        return make(number)
    }
}
