// How time and memory grow with rows: each step and its arithmetic at ten thousand, a hundred thousand and a million.

import Arithmetic
import ArgumentParser
import Digests
import Foundation
import Scores
import Statistics

struct RowsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "Steps of ten thousand to a million rows, and the arithmetic within: seconds and memory of each.",
        discussion: """
            Each size is a project of its own, whose steps are run one by one; what Python's took is read from their records, and a native
            step is measured by the engine's process, which runs nothing else. A million rows take 2 GB of disk.
            """)

    @Option(help: "The numbers of rows.") var rows = [10_000, 100_000, 1_000_000]
    @Option(help: "The command to measure; a release build.") var ablate = ".build/release/ablate"
    @Option(help: "The folder for the projects; gone afterwards. By default one among the temporary files.")
    var folder: String?
    @Option(help: "Seconds after which a command is given up.") var limit = 1_800
    @Flag(help: "Write one JSON document.") var json = false
    @Flag(help: "Also write docs/benchmarks/rows.md.") var write = false

    private static let (classes, seeds, folds) = (7, 3, 5)

    private struct Line {
        let rows: Int
        let part: String
        let seconds: Double
        /// Of all threads; nil where it was not measured.
        var processorSeconds: Double?
        /// Of arithmetic, the most memory that this process has had by then.
        let megabytes: Double
    }

    func run() throws {
        guard let binary = Shell.path(of: ablate) else {
            throw ValidationError("there is no \(ablate); `swift build -c release --product ablate` makes it")
        }
        let sizes = rows.sorted()
        // First, while this process is small: how much a size takes is the difference to the one before.
        let arithmetic = try sizes.flatMap(measured)
        let steps = try sizes.flatMap { try stepsMeasured($0, binary) }
        if write { try Data(page(steps, arithmetic).utf8).write(to: URL(filePath: "docs/benchmarks/rows.md")) }
        if json {
            let document: JSON = [
                "schema_version": 1, "steps": .array(steps.map(Self.json)),
                "measurements": .array(arithmetic.map(Self.json)),
            ]
            print(document.text(.indented))
        } else {
            print("\(Self.table(steps))\n\n\(Self.table(arithmetic))")
        }
    }

    private func stepsMeasured(_ count: Int, _ binary: String) throws -> [Line] {
        let root = folder.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let place = root.appending(path: "bench-rows-\(getpid())-\(count)")
        defer { try? FileManager.default.removeItem(at: place) }
        let project = RowsProject(folder: place, ablate: binary)
        try project.make(rows: count)
        return try project.run(limit: limit).map { step, cost in
            Line(
                rows: count, part: step, seconds: cost.seconds, processorSeconds: cost.processorSeconds,
                megabytes: Double(cost.peakBytes) / 1_048_576)
        }
    }

    private static func json(_ line: Line) -> JSON {
        [
            "rows": .integer(line.rows), "part": .string(line.part), "seconds": .number(line.seconds),
            "processor_seconds": JSON(line.processorSeconds), "peak_megabytes": .number(line.megabytes),
        ]
    }

    /// Part after part, each with its sizes below one another. Growth is the power of the rows that the seconds grew with, from the
    /// size before; of what takes less than a twentieth of a second it says nothing.
    private static func table(_ lines: [Line]) -> String {
        let parts = lines.reduce(into: [String]()) { if !$0.contains($1.part) { $0.append($1.part) } }
        var rows = [
            "| part | rows | seconds | of the processor | peak memory, MB | growth |", "|---|--:|--:|--:|--:|--:|",
        ]
        for part in parts {
            var before: Line?
            for line in lines where line.part == part {
                var growth = ""
                if let before, before.seconds >= 0.05 {
                    let power = log(line.seconds / before.seconds) / log(Double(line.rows) / Double(before.rows))
                    growth = String(format: "%.2f", power)
                }
                let processor = line.processorSeconds.map { String(format: "%.2f", $0) } ?? ""
                rows.append(
                    "| \(part) | \(line.rows) | \(String(format: "%.3f", line.seconds)) | \(processor) | "
                        + "\(Int(line.megabytes)) | \(growth) |")
                before = line
            }
        }
        return rows.joined(separator: "\n")
    }

    private func page(_ steps: [Line], _ arithmetic: [Line]) -> String {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return """
            # Rows
            `swift run -c release bench rows \(rows.map { "--rows \($0)" }.joined(separator: " ")) --write`, which also writes this page,
            on \(cores) cores at a load of \(Self.load) from all that the machine did; seconds are those of a busy machine, and processor seconds
            tell more.

            ## Steps
            Seven answers to a question, about 200 characters a row, a tenth as many rows in the test table; two folds. `words` is TF-IDF of words,
            `letters` of one and two characters, `tiny` only tokenized, with a vocabulary of 4,000 that is learnt from the texts; `boosted` is
            LightGBM of 50 rounds. Seconds are those of the step's record. Processor seconds and memory are the worker's own; those of native
            steps (split, average, evaluate, optimize, submission) are of the engine that ran nothing but this step, logbook and all.
            Growth is the power of the rows that the seconds grew with, from the size before: 1 is in proportion.

            \(Self.table(steps))

            - `explore` compares every question with every other: 60,000 different questions took 69 s of a processor and 1.3 GB. A million rows
              of seven to a question are 143,000; leave it out there.
            - `tokenize` uses both cores while nobody else needs one. A given tokenizer reads about 3 MB of text a second on a core. 40 MB
              with a vocabulary of 8,000 to be learnt took 26 s on one core and 14 s on two; at most 350 MB were held, where lists of numbers
              took 526.

            ## The arithmetic within
            The shortest of three runs of each. Seven classes, three seeds, five folds, each row a group of its own. The memory is the most that
            the process has had by then, the tables of four models of every size so far among it.

            \(Self.table(arithmetic))

            - Up to 32,768 groups a comparison of means draws each group 4,000 times, beyond that it counts 8,192 blocks 32,768 times
              (`Statistics/BlockBootstrap.swift`). So a comparison of a million groups takes about twice as long as one of ten thousand, and what
              grows with rows is finding the groups. Intervals of five other seeds differ in their ends by .4 % of the width (one standard deviation).
            - A comparison by a set's score adds up tallies of up to 8,192 blocks 4,000 times, for each seed of both models.
            - A logbook pays this once for each pair of contents; afterwards a comparison is looked up.

            """
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

    /// The mean of the last quarter of an hour.
    private static var load: Int {
        var means = [0.0, 0, 0]
        return getloadavg(&means, 3) == 3 ? Int(means[2].rounded()) : 0
    }

    private static var peak: Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1_024
    }
}
