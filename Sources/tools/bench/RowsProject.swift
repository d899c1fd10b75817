// A recipe with a step of each kind that reads rows, run step by step. Knows files, arguments and records; draws no conclusions.

import ArgumentParser
import Arithmetic
import Digests
import Foundation

/// A project of so many rows, in a folder of its own.
struct RowsProject {
    let folder: URL
    /// The command that runs it.
    let ablate: String

    /// What one step took.
    struct Cost {
        let seconds: Double
        let processorSeconds: Double
        let peakBytes: Int
    }

    /// What is run in one go, in this order, and the step of it that is told of. A native step is all that its process runs,
    /// because it is measured by that.
    static let steps: [(selection: String, step: String)] = [
        ("data/train/ingest", "data/train/ingest"), ("data/test/ingest", "data/test/ingest"),
        ("folds/split", "folds/split"), ("explore", "explore"),
        ("tiny/tokenize-*", "tiny/tokenize-train"),
        ("words/fold-*/*", "words/fold-0/fit"), ("words/fold-0/*", "words/fold-0/predict-oof"),
        ("letters/fold-0/*", "letters/fold-0/fit"), ("letters/fold-0/*", "letters/fold-0/predict-oof"),
        ("words/average-oof", "words/average-oof"), ("words/average-test", "words/average-test"),
        ("words/evaluate", "words/evaluate"),
        ("boosted/features-*", "boosted/features-train"), ("boosted/stack", "boosted/stack"),
        ("final/optimize-oof", "final/optimize-oof"), ("final/optimize-test", "final/optimize-test"),
        ("final/evaluate", "final/evaluate"), ("submission", "submission"),
    ]

    private static let recipe = """
        recipe: rows
        data:
          train: train.csv
          test: test.csv
          columns: {id: id, prompt: question, answer: answer, label: label, group: question}
          labels: [0, 1, 2, 3, 4, 5, 6]
          constraint: one-of-each
          template: "{prompt} {answer}"
        folds: {kind: group-k-fold, count: 2, seed: 1}
        models:
          words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
          letters: {tfidf: {analyzer: char, ngrams: [1, 2]}}
          tiny: {backbone: {scratch: {architecture: mistral, vocabulary: 4000}}, pooling: mean}
        explore: {}
        stack:
          boosted: {lightgbm: [words], features: [length, punctuation, casing, overlap], settings: {rounds: 50}}
          final: {optimize: words, method: marginals}
        submission: {from: final, path: submission.csv}

        """

    /// Seven answers to a question, each label once; a tenth as many rows in the test table. Words are drawn by the law of Zipf, and
    /// three of an answer's are its label's.
    func make(rows: Int) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.recipe.utf8).write(to: folder.appending(path: "recipe.yaml"))
        var source = RandomSource(seed: 1)
        func words(_ count: Int) -> String {
            // Of uniform u, 20,000^u is distributed as ranks by the law of Zipf are.
            (0..<count).map { _ in "w\(Int(pow(20_000, Double(source.next(below: 1 << 24)) / Double(1 << 24))))" }
                .joined(separator: " ")
        }
        for (name, questions) in [("train", rows / 7), ("test", rows / 70)] {
            var text = "id,question,answer,label\n"
            for question in 0..<max(2, questions) {
                let asked = "\(name)\(question) \(words(12))"
                for label in 0..<7 {
                    let own = (0..<3).map { _ in "c\(label)x\(source.next(below: 50))" }.joined(separator: " ")
                    text += "\(name)-\(question)-\(label),\(asked),\(words(25)) \(own),\(label)\n"
                }
            }
            try Data(text.utf8).write(to: folder.appending(path: "\(name).csv"))
        }
    }

    /// Runs step after step; gives what each took, and what the whole command takes when there is nothing left to do.
    func run(limit: Int) throws -> [(step: String, cost: Cost)] {
        var commands: [String: Cost] = [:]
        for (selection, step) in Self.steps {
            commands[step] = try command(["run", "recipe.yaml", selection, "--progress", "none"], limit: limit)
        }
        let records = try records()
        var costs: [(String, Cost)] = try Self.steps.map { _, step in
            guard let record = records[step], let seconds = record["seconds"]?.number, let command = commands[step]
            else {
                throw ValidationError("\(step) has left no record in \(folder.path)")
            }
            let measured = record["measurements"]
            return (
                step,
                Cost(
                    seconds: seconds,
                    processorSeconds: measured?["cpu-seconds"]?.number ?? command.processorSeconds,
                    peakBytes: (measured?["peak-host-bytes"]?.number).map { Int($0) } ?? command.peakBytes)
            )
        }
        costs.append(("`ablate logbook`", try command(["logbook", "recipe.yaml"], limit: limit)))
        let again = ["run", "recipe.yaml", "submission", "--progress", "none"]
        costs.append(("`ablate run`, nothing to do", try command(again, limit: limit)))
        return costs
    }

    private func command(_ arguments: [String], limit: Int) throws -> Cost {
        let result = try Shell.run(ablate, arguments, in: folder, limit: limit)
        guard result.status == 0 else {
            throw ValidationError("ablate \(arguments.joined(separator: " ")) failed: \(result.output.suffix(2_000))")
        }
        return Cost(
            seconds: result.seconds, processorSeconds: result.processorSeconds, peakBytes: result.peakBytes)
    }

    /// The records of the project's store by their steps' addresses.
    private func records() throws -> [String: JSON] {
        let root = folder.appending(path: ".ablate/records")
        var found: [String: JSON] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) where name.hasSuffix(".json") {
            let text = String(decoding: try Data(contentsOf: root.appending(path: name)), as: UTF8.self)
            guard let record = try JSON(parsing: text)["record"], let address = record["address"]?.string else {
                continue
            }
            found[address] = record
        }
        return found
    }
}
