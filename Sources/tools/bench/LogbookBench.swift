// A logbook of a thousand variants: a project whose records are made up, since no machine trains fifteen thousand models for a
// benchmark. Plan, store and evaluations are real ones; only the numbers are drawn.

import ArgumentParser
import Diagnostics
import Digests
import Forecasts
import Foundation
import Plans
import Recipes
import Storage

struct LogbookBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logbook",
        abstract: "Make a project with many variants of one ablation, all recorded, and time its logbook.",
        discussion: "Tests/Benchmarks/logbook.py looks at the page in a browser.")

    @Argument(help: "The folder of the project; made where it is not there. One that is there is measured again.")
    var folder: String
    @Option(help: "Variants of five folds and three seeds each.") var variants = 1_000
    @Option(help: "Rows of the training table, in groups of seven.") var rows = 700
    @Option(help: "The command to measure; a release build.") var ablate = ".build/release/ablate"
    @Flag(help: "Write one JSON document.") var json = false

    func run() throws {
        let root = URL(filePath: folder).standardizedFileURL
        if !FileManager.default.fileExists(atPath: root.appending(path: "recipe.yaml").path) { try make(root) }
        guard let binary = Shell.path(of: ablate) else {
            throw ValidationError("there is no \(ablate); `swift build -c release --product ablate` makes it")
        }
        // The first one reads what later ones find in the index.
        let first = try best(of: 1) { try write(binary, root) }
        let next = try best(of: 3) { try write(binary, root) }
        let page = root.appending(path: "logbook/index.html")
        let bytes = try FileManager.default.attributesOfItem(atPath: page.path)[.size] as? Int ?? 0
        if json {
            let document: JSON = [
                "schema_version": 1, "variants": .integer(variants), "first_seconds": .number(first),
                "seconds": .number(next), "page_bytes": .integer(bytes), "page": .string(page.path),
            ]
            print(document.text(.indented))
        } else {
            print("\(variants) variants x 15 cells: \(next) s (the first time \(first) s), page of \(bytes) bytes")
        }
    }

    private func write(_ binary: String, _ root: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: binary)
        process.arguments = ["logbook", root.appending(path: "recipe.yaml").path]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
    }

    // MARK: - The project

    private func make(_ root: URL) throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let table = (0..<rows).map { "r\($0),question \($0 / 7),answer \($0),\($0 % 7)\n" }.joined()
        try "id,question,answer,label\n\(table)".write(
            to: root.appending(path: "train.csv"), atomically: true, encoding: .utf8)
        let recipe = root.appending(path: "recipe.yaml")
        try text.write(to: recipe, atomically: true, encoding: .utf8)
        let loaded = try RecipeLoader(
            file: SourceFile(name: recipe.path, text: text), folder: root.path,
            exists: { FileManager.default.fileExists(atPath: $0) }
        ).load()
        let plan = Plan(compiling: loaded)
        let store = try Store(at: root.appending(path: ".ablate").path)
        let resolver = InputResolver(store: store, hub: HubCache(environment: [:]))
        var records: [Record] = []
        for step in plan.steps {
            let inputs = try step.inputs.mapValues { source in
                try resolver.resolve(source, steps: plan.steps) { records[$0] }.digest
            }
            let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs)
            if let record = try store.record(for: manifest.key) {
                records.append(record)
                continue
            }
            let attempt = try store.beginAttempt(key: manifest.key)
            for (name, text) in outputs(of: step) {
                try text.write(toFile: "\(attempt.outputs)/\(name)", atomically: false, encoding: .utf8)
            }
            records.append(
                try store.publish(
                    attempt,
                    Record.Draft(
                        outline: manifest.outline, manifest: manifest.json, address: step.address,
                        kind: step.kind.rawValue, started: Double(records.count), seconds: 1,
                        metrics: ["log-loss": 1, "accuracy": 0.5])))
        }
    }

    private var text: String {
        let rates = (1...variants).map { "\($0).0e-6" }.joined(separator: ", ")
        return """
            recipe: thousand
            about: A thousand learning rates
            data:
              train: train.csv
              columns: {id: id, prompt: question, answer: answer, label: label, group: question}
              labels: [0, 1, 2, 3, 4, 5, 6]
              template: "Q: {prompt} A: {answer}"
            folds: {kind: group-k-fold, count: 5}
            models:
              tiny:
                backbone: {scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}}
                lora: {rank: 2, alpha: 4}
                training: {epochs: 1, batch: 8, learning-rate: 1.0e-6}
                seeds: [1, 2, 3]
                fit: [folds]
            ablations:
              rate:
                hypothesis: Which of so many learning rates is best?
                of: tiny
                vary: {training.learning-rate: [\(rates)]}
                smallest-effect: 0.01

            """
    }

    /// What a step leaves: of evaluations and fine-tunes what the logbook reads, of all others no more than a name.
    private func outputs(of step: Step) -> [String: String] {
        var outputs = Dictionary(uniqueKeysWithValues: step.kind.outputs.map { ($0, step.address) })
        var source = RandomSource(step.address)
        switch step.kind {
        case .ingest:
            outputs["texts"] = (0..<rows).map { #"{"prompt":"question","answer":"answer \#($0)"}"# + "\n" }.joined()
        case .tokenize: outputs["tokenizer"] = step.address
        case .finetune:
            let losses = (0..<60).map { JSON.number(2 / (1 + Double($0) / 20) + source.next() / 10) }
            outputs["history"] = JSON.object(["losses": .array(losses)]).text()
        case .evaluate: outputs["evaluation"] = evaluation(&source).text()
        default: break
        }
        return outputs
    }

    private func evaluation(_ source: inout RandomSource) -> JSON {
        let seeds = ["seed-1", "seed-2", "seed-3"]
        let shift = source.next() / 10
        func losses() -> [Double] { (0..<rows).map { _ in 0.8 + shift + source.next() } }
        let own = Dictionary(uniqueKeysWithValues: (seeds + ["average"]).map { ($0, losses()) })
        func mean(_ values: some Collection<Double>) -> JSON { .number(values.reduce(0, +) / Double(values.count)) }
        func fold(_ row: Int) -> Int { row / 7 % 5 }
        let cells = seeds.flatMap { seed in
            (0..<5).map { part -> JSON in
                [
                    "seed": .string(seed), "fold": .integer(part), "rows": .integer(rows / 5), "accuracy": 0.6,
                    "log-loss": mean((0..<rows).filter { fold($0) == part }.map { own[seed]![$0] }),
                ]
            }
        }
        let bins = (0..<10).map { bin -> JSON in
            ["rows": .integer(rows / 10), "confidence": .number(Double(bin) / 10 + 0.05), "accuracy": 0.5]
        }
        return [
            "rows": .integer(rows), "classes": 7, "average": ["log-loss": mean(own["average"]!), "accuracy": 0.6],
            "cells": .array(cells),
            "seeds": .array(seeds.map { ["seed": .string($0), "log-loss": mean(own[$0]!), "accuracy": 0.6] }),
            "losses": .object(own.mapValues { .array($0.map { .number($0) }) }),
            "groups": .array((0..<rows).map { .integer($0 / 7) }),
            "folds": .array((0..<rows).map { .integer(fold($0)) }),
            "labels": .array((0..<rows).map { .integer($0 % 7) }),
            "predicted": .array((0..<rows).map { .integer($0 % 5) }),
            "reliability": ["bins": .array(bins), "calibration-error": 0.05],
        ]
    }

    /// Numbers from 0 to 1 that an address names.
    private struct RandomSource {
        private var state: UInt64

        init(_ address: String) {
            state = address.utf8.reduce(1_469_598_103_934_665_603) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        }

        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
    }
}
