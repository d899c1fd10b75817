// How often the logbook's verdicts are wrong where the truth is known, and how often they find what is there.

import ArgumentParser
import Digests
import Foundation
import Statistics

struct StatisticsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics",
        abstract: "Simulate comparisons: how often do verdicts find what is not there, and what is there?")

    @Option(help: "Experiments of each kind.") var trials = 1_000
    @Option(help: "Resamples of each bootstrap; the logbook takes 4,000.") var resamples = 4_000
    @Option(help: "Comparisons that a recipe makes at once, adjusted by Holm's method.") var comparisons = 4
    @Flag(help: "Only the first layout.") var quick = false
    @Flag(help: "Write one JSON document.") var json = false

    private static let layouts = [
        ExperimentLayout(groups: 60, rowsPerGroup: 4, folds: 5, seeds: 3),
        ExperimentLayout(groups: 200, rowsPerGroup: 7, folds: 5, seeds: 3),
        ExperimentLayout(groups: 100, rowsPerGroup: 7, folds: 3, seeds: 2),
        ExperimentLayout(groups: 100, rowsPerGroup: 4, folds: 5, seeds: 1),
    ]
    private static let advantages = [0, 0.1, 0.2, 0.4]
    /// Rows' part above seeds' and below; training sets that matter as little as the test allows for, and more than that.
    private static let drawn = [0.004, 0.008].flatMap { training in
        [0.1, 0.3].flatMap { groups in
            [0.02, 0.05].map { seeds in
                DrawnExperiment(
                    groupDeviation: groups, seedDeviation: seeds, trainingDeviation: training, groups: 568, folds: 5,
                    seeds: 3)
            }
        }
    }
    private static let effects = [0, 0.01, 0.02, 0.05]

    struct Rates {
        let layout: String
        let advantage: Double
        let trials: Int
        /// The mean difference in log loss that the advantage makes.
        var difference = 0.0
        var naive = 0
        var rows = 0
        var bootstrap = 0
        var corrected = 0
        var components = 0
        var decided = 0
        var wrong = 0
        var leaning = 0
        /// Recipes of several comparisons in which any one was called.
        var recipes = 0
        var called = 0

        init(layout: String, advantage: Double, trials: Int) {
            (self.layout, self.advantage, self.trials) = (layout, advantage, trials)
        }

        func share(_ count: Int) -> Double { Double(count) / Double(trials) }

        var json: JSON {
            [
                "layout": .string(layout), "advantage": .number(advantage), "trials": .integer(trials),
                "difference": .number(difference / Double(trials)), "naive_t": .number(share(naive)),
                "bootstrap_of_rows": .number(share(rows)), "bootstrap": .number(share(bootstrap)),
                "corrected_t": .number(share(corrected)), "components_t": .number(share(components)),
                "helps_or_hurts": .number(share(decided)),
                "wrong_direction": .number(share(wrong)), "leaning": .number(share(leaning)),
                "recipes": .integer(recipes),
                "any_of_a_recipe": JSON(recipes == 0 ? nil : Double(called) / Double(recipes)),
            ]
        }

        var line: String {
            func percent(_ count: Int) -> String { String(format: "%.3f", share(count)) }
            let any = recipes == 0 ? "-" : String(format: "%.3f", Double(called) / Double(recipes))
            let effect = String(format: "%+.4f", difference / Double(trials))
            return "| \(layout) | \(effect) | \(percent(naive)) | \(percent(rows)) | \(percent(bootstrap)) "
                + "| \(percent(corrected)) | \(percent(components)) | \(percent(decided)) | \(percent(wrong)) | \(percent(leaning)) | \(any) |"
        }
    }

    func run() throws {
        var all: [Rates] = []
        for (index, layout) in (quick ? Array(Self.layouts.prefix(1)) : Self.layouts).enumerated() {
            for (step, advantage) in (quick ? [0, 0.4] : Self.advantages).enumerated() {
                let stream = UInt64(index * 100 + step) << 32
                all.append(
                    rates(layout.name, advantage) { trial in
                        var experiment = SimulatedExperiment(layout, advantage: advantage, seed: stream | trial)
                        return experiment.paired()
                    })
            }
        }
        for (index, experiment) in (quick ? Array(Self.drawn.prefix(2)) : Self.drawn).enumerated() {
            for (step, effect) in (quick ? [0, 0.05] : Self.effects).enumerated() {
                let stream = UInt64(10_000 + index * 100 + step) << 32
                all.append(
                    rates(experiment.name, effect) { experiment.paired(effect: effect, seed: stream | $0) })
            }
        }
        if json {
            let document: JSON = [
                "schema_version": 1, "alpha": .number(0.05), "comparisons": .integer(comparisons),
                "rates": .array(all.map(\.json)),
            ]
            print(document.text(.indented))
        } else {
            print(
                "| layout | difference | naive t | bootstrap of rows | interval | corrected t "
                    + "| components t | helps or hurts | wrong way | leaning | any of \(comparisons) |")
            print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
            for rates in all { print(rates.line) }
        }
    }

    private func rates(_ name: String, _ advantage: Double, _ paired: (UInt64) -> PairedLosses) -> Rates {
        var rates = Rates(layout: name, advantage: advantage, trials: trials)
        var open: [Comparison] = []
        let draws = PairedLosses.draws(resamples: resamples)
        for trial in 0..<trials {
            let paired = paired(UInt64(trial))
            let comparison = paired.comparison(smallestEffect: nil, resamples: resamples, draws: draws)
            rates.difference += comparison.difference
            let verdict = Verdict.judge([comparison])[0]
            if let test = comparison.test, test.pValue <= 0.05 { rates.components += 1 }
            if let test = paired.correctedTest {
                if test.pValue <= 0.05 { rates.corrected += 1 }
                if Self.naive(test) <= 0.05 { rates.naive += 1 }
            }
            if !comparison.interval.contains(0) { rates.bootstrap += 1 }
            if isFoundByRows(paired.rowMeans) { rates.rows += 1 }
            switch verdict.outcome {
            case .helps: rates.decided += 1
            case .hurts: (rates.decided, rates.wrong) = (rates.decided + 1, rates.wrong + 1)
            case .leaning: rates.leaning += 1
            default: break
            }
            open.append(comparison)
            if open.count == comparisons {
                rates.recipes += 1
                let calls = Verdict.judge(open).filter { $0.outcome == .helps || $0.outcome == .hurts }
                if !calls.isEmpty { rates.called += 1 }
                open = []
            }
        }
        return rates
    }

    /// The t test that takes folds and seeds for independent.
    private static func naive(_ test: CorrectedTest) -> Double {
        let error = test.deviation / Double(test.folds * test.seeds).squareRoot()
        return StudentDistribution(degreesOfFreedom: test.degreesOfFreedom).twoSided(error == 0 ? 0 : test.mean / error)
    }

    /// The interval that takes rows for independent; by the normal distribution, which many rows' bootstrap comes to.
    private func isFoundByRows(_ values: [Double]) -> Bool {
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        return abs(mean) > 1.96 * (square / Double(values.count)).squareRoot()
    }
}
