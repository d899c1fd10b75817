// How time and memory of the arithmetic grow with rows: each part at ten thousand, a hundred thousand and a million.

import Arithmetic
import ArgumentParser
import Digests
import Foundation
import Scores
import Statistics

struct RowsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "Folds, scores and comparisons of ten thousand to a million rows: seconds and memory of each.")

    @Option(help: "The numbers of rows.") var rows = [10_000, 100_000, 1_000_000]
    @Flag(help: "Write one JSON document.") var json = false

    private static let (classes, seeds, folds) = (7, 3, 5)

    private struct Line {
        let rows: Int
        let part: String
        let seconds: Double
        /// The most memory that the process has had by then.
        let megabytes: Double
    }

    func run() throws {
        let lines = try rows.sorted().flatMap(measured)
        guard !json else {
            let parts = lines.map { line -> JSON in
                [
                    "rows": .integer(line.rows), "part": .string(line.part), "seconds": .number(line.seconds),
                    "peak_megabytes": .number(line.megabytes),
                ]
            }
            print((["schema_version": 1, "measurements": .array(parts)] as JSON).text(.indented))
            return
        }
        print("| rows | part | seconds | peak memory, MB |\n|--:|---|--:|--:|")
        for line in lines {
            print(
                "| \(line.rows) | \(line.part) | \(String(format: "%.3f", line.seconds)) | \(Int(line.megabytes)) |")
        }
    }

    /// Each row is a group of its own, the hardest case of all, and the data is made of numbers that say nothing.
    private func measured(_ count: Int) throws -> [Line] {
        var source = RandomSource(seed: 1)
        var lines: [Line] = []
        func measure(_ part: String, _ body: () throws -> Void) rethrows {
            let seconds = try best(of: 3, body)
            lines.append(Line(rows: count, part: part, seconds: seconds, megabytes: Self.peak))
        }
        let labels = (0..<count).map { _ in source.next(below: Self.classes) }
        let groups = Array(0..<count)
        let matrices = try (0..<Self.seeds + 1).map { _ in
            let values = (0..<count * Self.classes).map { _ in Double(source.next(below: 1_000_000) + 1) / 1e6 }
            return try ProbabilityMatrix(values: values, classCount: Self.classes).normalised()
        }
        var folds: [Int] = []
        try measure("fold assignment, stratified by label") {
            folds = try FoldAssignment(
                .stratifiedKFold, rowCount: count, labels: labels, count: Self.folds, seed: 1
            ).folds
        }
        for metric in Metrics.all {
            measure("\(metric.title) of a table") { _ = metric.score(matrices[0], labels: labels, weights: nil) }
        }
        let sides = matrices.map { ScoredRows($0, labels: labels) }
        let differences = (0..<Self.seeds).map { seed in
            zip(sides[seed].losses, sides[seed + 1].losses).map { $0 - $1 }
        }
        measure("comparison by log loss, \(Self.seeds) seeds, each row a group") {
            _ = PairedLosses(differences: differences, groups: groups, folds: folds)
                .comparison(smallestEffect: nil, resamples: 4_000)
        }
        measure("comparison by macro F1, \(Self.seeds) seeds, each row a group") {
            _ = PairedScores(
                metric: FMeasure(.macro), baseline: Array(sides.dropLast()), variant: Array(sides.dropFirst()),
                groups: groups, folds: folds
            ).comparison(smallestEffect: nil, resamples: 4_000)
        }
        return lines
    }

    private static var peak: Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1_024
    }
}
