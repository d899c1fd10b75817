// Runs the reader on one made input after another, in this process, with an eye on the clock.

import ArgumentParser
import Diagnostics
import Foundation

struct YAMLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "yaml", abstract: "Read made inputs; fail on a crash, a hang, or a broken promise.")

    @Option(help: "How many inputs.") var iterations = 10_000
    @Option(help: "The inputs follow from it and from the corpus.") var seed: UInt64 = 1
    @Option(help: "A folder with YAML files to start from.") var corpus: String?
    @Option(help: "Write this one input to standard output instead.") var show: Int?
    @Option(help: "Write the inputs to this folder instead, for Tests/YAML/judge.py.") var write: String?
    @Option(help: "Milliseconds one input may take.") var bound = 250.0

    func run() throws {
        let corpus = try Self.files(in: corpus)
        if let show {
            var mutator = Mutator(corpus: corpus, seed: seed, iteration: show)
            FileHandle.standardOutput.write(Data(mutator.input()))
            return
        }
        if let write {
            for iteration in 0..<iterations {
                var mutator = Mutator(corpus: corpus, seed: seed, iteration: iteration)
                try Data(mutator.input()).write(to: URL(filePath: "\(write)/\(iteration).yaml"))
            }
            return
        }
        Watchdog.install(seconds: 20)
        let start = ContinuousClock.now
        var slowest = (milliseconds: 0.0, iteration: 0)
        var accepted = 0
        var failures = 0
        var bytes = 0
        var codes: [String: Int] = [:]
        for iteration in 0..<iterations {
            Watchdog.begin(iteration)
            var mutator = Mutator(corpus: corpus, seed: seed, iteration: iteration)
            let input = mutator.input()
            bytes += input.count
            let before = ContinuousClock.now
            let reading = ParsedText(input, name: "fuzz")
            let milliseconds = before.duration(to: .now) / .milliseconds(1)
            if milliseconds > slowest.milliseconds { slowest = (milliseconds, iteration) }
            if reading.root != nil, reading.findings.isEmpty { accepted += 1 }
            for code in Set(reading.findings.map(\.code)) { codes[code, default: 0] += 1 }
            var wrong = Properties.violations(reading)
            if milliseconds > bound { wrong.append("took \(Int(milliseconds)) ms") }
            if let first = wrong.first {
                failures += 1
                print("input \(iteration): \(first)")
            }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        print("\(iterations) inputs (seed \(seed), \(corpus.count) files, \(bytes >> 20) MiB) in \(Int(seconds)) s")
        print(
            "accepted \(accepted); slowest \(String(format: "%.1f", slowest.milliseconds)) ms (input \(slowest.iteration))"
        )
        print(codes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        print("failures: \(failures)")
        if failures > 0 { throw ExitCode.failure }
    }

    static func files(in folder: String?) throws -> [[UInt8]] {
        guard let folder else { return [] }
        let walk = FileManager.default.enumerator(at: URL(filePath: folder), includingPropertiesForKeys: nil)
        let files = (walk?.compactMap { $0 as? URL } ?? []).filter { ["yaml", "yml"].contains($0.pathExtension) }
        let bytes = try files.sorted { $0.path < $1.path }.map { [UInt8](try Data(contentsOf: $0)) }
        guard !bytes.isEmpty else { throw ValidationError("there is no .yaml file in \(folder)") }
        return bytes
    }
}
