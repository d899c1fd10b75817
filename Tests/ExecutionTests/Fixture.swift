// A project whose worker's results are there already, so that an engine has native steps and programs left to run.

import Diagnostics
import Digests
import Execution
import Forecasts
import Foundation
import Nodes
import Plans
import Recipes
import Storage
import Synchronization
import Testing
import Workers

/// A folder with two tables, a store, and the records of ingest, folds and a model's predictions. It goes with its last
/// reference.
final class Fixture: Sendable {
    static let classes = 7

    let folder: String
    let plan: Plan
    let store: Store
    let resolver: InputResolver

    /// - Parameters:
    ///   - stack: entries of the recipe's `stack`, which may build on the model `words`.
    ///   - steps: entries of the recipe's `steps`.
    init(stack: String = "{}", steps: String = "{}", groups: Int) throws {
        folder = NSTemporaryDirectory() + "/execution-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for table in ["train.csv", "test.csv"] {
            try "id,q,a,l\n".write(toFile: "\(folder)/\(table)", atomically: true, encoding: .utf8)
        }
        let recipe = """
            recipe: small
            data:
              train: train.csv
              test: test.csv
              columns: {id: id, prompt: q, answer: a, label: l, group: q}
              labels: [0, 1, 2, 3, 4, 5, 6]
              constraint: one-of-each
              template: "{prompt} {answer}"
            folds: {kind: group-k-fold, count: 2, seed: 1}
            models:
              words: {tfidf: {analyzer: word, ngrams: [1, 1]}}
            stack: \(stack)
            steps: \(steps)
            """
        let loaded = try RecipeLoader(file: SourceFile(name: "r.yaml", text: recipe), folder: folder) {
            FileManager.default.fileExists(atPath: $0)
        }.load()
        plan = Plan(compiling: loaded)
        store = try Store(at: folder + "/.ablate")
        resolver = InputResolver(store: store, hub: HubCache(root: folder + "/hub"))
        try publishResults(groups: groups)
    }

    deinit {
        let tidy = Process()
        tidy.executableURL = URL(fileURLWithPath: "/bin/sh")
        tidy.arguments = ["-c", "chmod -R u+w \"$0\"; rm -rf \"$0\"", folder]
        guard (try? tidy.run()) != nil else { return }
        tidy.waitUntilExit()
    }

    /// What the worker would have made.
    private func publishResults(groups: Int) throws {
        let rows = groups * Self.classes
        var known: [Int: Record] = [:]
        for (index, step) in plan.steps.enumerated()
        where [.ingest, .split, .fit, .predict, .average].contains(step.kind) {
            var inputs: [String: Digest] = [:]
            for (name, source) in step.inputs {
                inputs[name] = try resolver.resolve(source, steps: plan.steps, record: { known[$0] }).digest
            }
            let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs)
            let attempt = try store.beginAttempt(key: manifest.key)
            for name in step.kind.outputs {
                try content(name, of: step.address, rows: rows).write(to: URL(filePath: "\(attempt.outputs)/\(name)"))
            }
            known[index] = try store.publish(
                attempt,
                Record.Draft(
                    outline: manifest.outline, manifest: manifest.json, address: step.address,
                    kind: step.kind.rawValue, outputs: step.kind.outputs, started: 0, seconds: 1))
        }
    }

    private func content(_ output: String, of address: String, rows: Int) -> Data {
        let labels = (0..<rows).map { ($0 * 5 + $0 / Self.classes) % Self.classes }
        func integers(_ values: some Sequence<Int>) -> JSON { .array(values.map { .integer($0) }) }
        switch output {
        case "rows":
            let document: JSON = [
                "ids": .array((0..<rows).map { .string("r\($0)") }), "labels": integers(labels),
                "groups": integers((0..<rows).map { $0 / Self.classes }), "weights": nil,
                "classes": .integer(Self.classes),
            ]
            return Data(document.text().utf8)
        case "folds":
            let document: JSON = ["count": 2, "folds": integers((0..<rows).map { $0 / Self.classes % 2 })]
            return Data(document.text().utf8)
        case "predictions":
            // The model of a fold predicts the rows of its fold alone.
            let fold = (0..<2).first { address.contains("fold-\($0)/predict-oof") }
            let own = (0..<rows).filter { fold == nil || $0 / Self.classes % 2 == fold }
            // Each row favours its label a little, and no two rows are alike.
            let values = own.flatMap { row -> [Float] in
                let weights = (0..<Self.classes).map {
                    Float(1 + (row * 31 + $0 * 17) % 13) + ($0 == labels[row] ? 6 : 0)
                }
                let sum = weights.reduce(0, +)
                return weights.map { $0 / sum }
            }
            return Self.safetensors(rows: own, values)
        default: return Data("\(output)\n".utf8)
        }
    }

    private static func safetensors(rows: [Int], _ values: [Float]) -> Data {
        let body = rows.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }
        let data = values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
        let header: JSON = [
            "rows": ["dtype": "I64", "shape": [.integer(rows.count)], "data_offsets": [0, .integer(body.count)]],
            "probabilities": [
                "dtype": "F32", "shape": [.integer(rows.count), .integer(classes)],
                "data_offsets": [.integer(body.count), .integer(body.count + data.count)],
            ],
        ]
        let text = Array(header.text().utf8)
        return Data(withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text + body + data)
    }

    /// The steps whose address matches.
    func steps(_ glob: String) -> Set<Int> { plan.steps(matching: [glob]) }

    /// An engine for some steps, by default with a worker's environment that is not there: none of them needs it.
    func engine(
        _ selection: Set<Int>, cores: Int = 2, executors: Executors? = nil, keepGoing: Bool = false, retries: Int = 0,
        report: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) throws -> Engine {
        let machine = Machine(cores: cores, gpus: 0, memory: 1 << 10)
        let local = Executors.local(
            folder: folder, machine: machine,
            environment: WorkerEnvironment(cache: folder + "/cache", interpreter: "/nowhere/python", variables: [:]),
            logs: store.root, say: { _ in })
        return Engine(
            plan: plan, recipe: "small", lastKeys: [:],
            forecast: try Forecast(of: plan, resolver: resolver, lastKeys: [:]), resolver: resolver,
            machine: machine, executors: executors ?? local,
            options: Engine.Options(
                selection: plan.closure(of: selection), keepGoing: keepGoing, folder: folder, retries: retries),
            report: report)
    }
}

/// Something that many wait for and that happens once.
final class Event: Sendable {
    private let stream: AsyncStream<Void>
    private let source: AsyncStream<Void>.Continuation
    init() { (stream, source) = AsyncStream.makeStream() }
    func happen() { source.finish() }
    func wait() async { for await _ in stream {} }
}

extension Fixture {
    /// The records that are there, by step.
    func forecastRecords() throws -> [Int: Record] {
        let entries = try Forecast(of: plan, resolver: resolver, lastKeys: [:]).entries
        return Dictionary(
            uniqueKeysWithValues: entries.enumerated().compactMap { index, entry in entry.record.map { (index, $0) } })
    }
}
