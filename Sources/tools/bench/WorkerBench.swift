// Fine-tuning against its peers: runs Tests/Benchmarks/worker.py with the worker's Python environment, and says what it found.

import ArgumentParser
import Digests
import Foundation
import Workers

struct WorkerBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Fine-tuning against transformers' Trainer with PEFT and against H2O LLM Studio's loop.",
        discussion: """
            To be run in the repository. Every ratio comes with its peer's time and both losses, and with its bar. On a machine
            without Swift the same is `python Tests/Benchmarks/worker.py --device cuda --write`.
            """)

    enum Device: String, ExpressibleByArgument, CaseIterable { case cpu, cuda }

    @Option(help: "cpu or cuda.") var device = Device.cpu
    @Option(help: "Threads of both sides, on the CPU.") var threads = 1
    @Option(help: "The interpreter; by default that of the environment which ablate makes for its worker.")
    var python: String?
    @Flag(help: "Write one JSON document.") var json = false
    @Flag(help: "Also write docs/benchmarks/worker-<device>.md.") var write = false
    @Flag(help: "Sizes that only show that it runs: the figures mean nothing.") var tiny = false

    func run() async throws {
        let script = "Tests/Benchmarks/worker.py"
        guard FileManager.default.isReadableFile(atPath: script) else {
            throw ValidationError("there is no \(script) here; run this in the repository")
        }
        let interpreter: String
        do {
            interpreter = try await environment.prepare { Self.note($0) }
        } catch let failure as StepFailure {
            throw ValidationError(failure.message)
        }
        let report = FileManager.default.temporaryDirectory.appending(path: "bench-worker-\(getpid()).json")
        defer { try? FileManager.default.removeItem(at: report) }
        let process = Process()
        process.executableURL = URL(filePath: interpreter)
        process.arguments =
            ["-P", script, "--device", device.rawValue, "--threads", "\(threads)", "--report", report.path]
            + (write ? ["--write"] : []) + (tiny ? ["--tiny"] : [])
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "\(threads)"]
        ) { $1 }
        // What it says on the way is for people; the report is a file of its own.
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(1) }
        let document = try JSON(parsing: String(decoding: Data(contentsOf: report), as: UTF8.self))
        if json {
            print(document.text(.indented))
        } else {
            for line in Self.table(document) { print(line) }
            if write { print("docs/benchmarks/worker-\(device.rawValue).md is written") }
        }
    }

    private var environment: WorkerEnvironment {
        let variables = ProcessInfo.processInfo.environment
        let cache = variables["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return WorkerEnvironment(
            cache: (cache ?? (variables["HOME"] ?? "/tmp") + "/.cache") + "/ablate", interpreter: python,
            variables: variables)
    }

    /// A line for each figure that has a bar.
    static func table(_ document: JSON) -> [String] {
        let bars = document["bars"]?.object ?? [:]
        return bars.sorted { $0.key < $1.key }.map { name, bar in
            let sign = bar["at-most"] == nil ? "at least" : "at most"
            let limit = (bar["at-most"] ?? bar["at-least"])?.number ?? .nan
            let value = document[name]?.number
            let isKept = value.map { bar["at-most"] == nil ? $0 >= limit : $0 <= limit }
            let verdict = isKept.map { $0 ? "kept" : "MISSED" } ?? "not measured"
            let shown = value.map { String(format: "%.3g", $0) } ?? "-"
            let left = name.padding(toLength: max(32, name.count + 1), withPad: " ", startingAt: 0)
            return "\(left)\(shown)  (\(sign) \(String(format: "%.3g", limit)): \(verdict))"
        }
    }

    private static func note(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
