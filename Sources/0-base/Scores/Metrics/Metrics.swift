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
        MetricFamily(prefix: "map@", places: "map@3") { CreditAtRank(.map, places: $0) },
        MetricFamily(prefix: "ndcg@", places: "ndcg@10") { CreditAtRank(.ndcg, places: $0) },
        MetricFamily(prefix: "f", suffix: "-macro", beta: "f0.5-macro") { FMeasure(.macro, beta: $0) },
        MetricFamily(prefix: "f", suffix: "-micro", beta: "f2-micro") { FMeasure(.micro, beta: $0) },
        MetricFamily(prefix: "f", suffix: "-binary", beta: "f1.5-binary") { FMeasure(.binary, beta: $0) },
        MetricFamily(prefix: "f", beta: "f2") { FMeasure(.binary, beta: $0, isShort: true) },
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

/// Metrics alike but for a number in their name: `map@3`, `f0.5-macro`.
package struct MetricFamily: Sendable {
    package let prefix: String
    package let suffix: String
    /// The name of one of them.
    package let example: String
    /// What the number is called where the name is told: `K`.
    private let letter: String
    /// The number as a regular expression.
    private let number: String
    /// The metric of a number in its one way to write it; nil where it is none.
    private let make: @Sendable (Substring) -> (any Metric)?

    /// Of a whole number from 1 to 999.
    init(prefix: String, places example: String, make: @escaping @Sendable (Int) -> any Metric) {
        (self.prefix, suffix, self.example, letter, number) = (prefix, "", example, "K", "[1-9][0-9]{0,2}")
        self.make = { digits in
            guard let places = Int(digits), String(places) == digits, 1...999 ~= places else { return nil }
            return make(places)
        }
    }

    /// Of a number from 0.001 to 999.999, with three decimals at most.
    init(prefix: String, suffix: String = "", beta example: String, make: @escaping @Sendable (Double) -> any Metric) {
        (self.prefix, self.suffix, self.example, letter) = (prefix, suffix, example, "B")
        number = "([1-9][0-9]{0,2}(\\.[0-9]{0,2}[1-9])?|0\\.[0-9]{0,2}[1-9])"
        self.make = { digits in
            let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
            let isNumber = parts.allSatisfy { (1...3).contains($0.count) && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
            guard isNumber, parts.count <= 2, parts[0] == "0" || parts[0].first != "0",
                parts.count == 1 || parts[1].last != "0", let beta = Double(digits), beta > 0
            else { return nil }
            return make(beta)
        }
    }

    /// The names as a regular expression.
    package var pattern: String { "^\(prefix)\(number)\(suffix)$" }

    /// The names, for people: `map@K`.
    package var form: String { prefix + letter + suffix }

    /// Its metric of this name; nil where the name is none of its own.
    package func metric(named name: String) -> (any Metric)? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count > prefix.count + suffix.count else {
            return nil
        }
        return make(name.dropFirst(prefix.count).dropLast(suffix.count))
    }
}
