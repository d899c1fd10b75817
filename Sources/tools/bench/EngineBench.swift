// The engine against build tools on the same DAG: chains of five copies. Measures whole processes, start to end.

import ArgumentParser
import Digests
import Foundation
import Glibc

struct EngineBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Full run, plan, no-op and one change on chains of five copies, against ninja and make.",
        discussion: "Snakemake and DVC are measured, too, where they are on the PATH and --slow-peers is given.")

    @Option(help: "How many chains of five steps.") var chains = 20
    @Option(help: "The command to measure; a release build.") var ablate = ".build/release/ablate"
    @Option(help: "Steps side by side.") var jobs = 2
    @Option(help: "How often no-ops, plans and changes are measured; the shortest counts.") var repeats = 5
    @Option(help: "Seconds after which a measurement is given up.") var limit = 300
    @Flag(help: "Measure Snakemake and DVC, too.") var slowPeers = false
    @Flag(help: "Write one JSON document.") var json = false

    func run() throws {
        guard let binary = Shell.path(of: ablate) else {
            throw ValidationError("there is no \(ablate); `swift build -c release --product ablate` makes it")
        }
        let tools = [Contender.ablate(binary), .ninja, .make] + (slowPeers ? [.snakemake, .dvc] : [])
        let root = FileManager.default.temporaryDirectory.appending(path: "bench-engine-\(getpid())")
        defer { try? FileManager.default.removeItem(at: root) }
        var (times, processor): ([String: [String: Double]], [String: [String: Double]]) = ([:], [:])
        var peak = 0
        for tool in tools {
            guard Shell.path(of: tool.program) != nil else {
                FileHandle.standardError.write(Data("\(tool.name) is not here\n".utf8))
                continue
            }
            let (seconds, work, bytes) = try measure(tool, in: root.appending(path: tool.name))
            (times[tool.name], processor[tool.name]) = (seconds, work)
            if tool.name == "ablate" { peak = bytes }
        }
        var document = report(times, processor, tools: tools)
        document["peak_bytes"] = .integer(peak)
        if json {
            print(JSON.object(document).text(.indented))
        } else {
            for phase in Self.phases {
                let own = times["ablate"]?[phase]
                let parts = tools.compactMap { tool in
                    times[tool.name]?[phase].map { seconds in
                        let work = processor[tool.name]?[phase].map { " (\(Self.text($0)) s of processors)" } ?? ""
                        return "\(tool.name) \(Self.text(seconds)) s\(work)"
                    }
                }
                let ratio = own.flatMap { own in times["ninja"]?[phase].map { ", \(Self.text(own / $0)) times ninja's" }
                }
                print("\(phase): \(parts.joined(separator: ", "))\(ratio ?? "")")
            }
            print("ablate's memory at its peak: \(peak / 1_000_000) MB")
        }
    }

    private static let phases = ["run", "plan", "noop_first", "noop", "one_change"]

    private static func text(_ value: Double) -> String { String(format: "%.3g", value) }

    /// The seconds of each phase, by the clock and of processor time, a phase that took too long being left out, and the most memory that
    /// any of them took.
    private func measure(
        _ tool: Contender, in folder: URL
    ) throws -> (seconds: [String: Double], processor: [String: Double], peak: Int) {
        try tool.write(chains: chains, jobs: jobs, to: folder)
        var (seconds, processor): ([String: Double], [String: Double]) = ([:], [:])
        var peak = 0
        func time(
            _ phase: String, _ arguments: [String], steps: Int?, times: Int, before: (Int) throws -> Void = { _ in }
        )
            throws
        {
            for attempt in 0..<times {
                try before(attempt)
                let result = try Shell.run(tool.program, arguments, in: folder, limit: limit)
                guard result.status == 0 else {
                    // DVC cannot plan what was never built.
                    guard result.status == 124 || (phase == "plan" && tool.name == "dvc") else {
                        throw ValidationError("\(tool.name) failed in phase \(phase): \(result.output.suffix(2_000))")
                    }
                    return
                }
                if let steps, let counted = tool.executed(result.output), counted != steps {
                    throw ValidationError(
                        "\(tool.name) ran \(counted) steps in phase \(phase), and \(steps) are to run")
                }
                peak = max(peak, result.peakBytes)
                seconds[phase] = min(seconds[phase] ?? .infinity, result.seconds)
                processor[phase] = min(processor[phase] ?? .infinity, result.processorSeconds)
            }
        }
        try time("plan", tool.plan, steps: nil, times: 2)
        try time("run", tool.run(jobs), steps: chains * 5, times: 1)
        guard seconds["run"] != nil else { return (seconds, processor, peak) }
        // The first one after a run may still settle what the next ones rely on; it is told apart.
        try time("noop_first", tool.run(jobs), steps: 0, times: 1)
        try time("noop", tool.run(jobs), steps: 0, times: repeats)
        try time("one_change", tool.run(jobs), steps: 5, times: repeats) { attempt in
            try Data("changed \(attempt)\n".utf8).write(to: folder.appending(path: "in/0.txt"))
            // Time stamps are coarse: a file that is younger than this may change unseen, and no tool trusts it.
            usleep(150_000)
        }
        return (seconds, processor, peak)
    }

    private func report(
        _ times: [String: [String: Double]], _ processor: [String: [String: Double]], tools: [Contender]
    ) -> [String: JSON] {
        var document: [String: JSON] = [
            "schema_version": 1, "chains": .integer(chains), "steps": .integer(chains * 5), "jobs": .integer(jobs),
            "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
        ]
        for phase in Self.phases {
            let own = times["ablate"]?[phase]
            var members: [String: JSON] = [
                "seconds": JSON(own), "processor_seconds": JSON(processor["ablate"]?[phase]),
            ]
            for tool in tools.dropFirst() {
                let peer = times[tool.name]?[phase]
                members["\(tool.name)_seconds"] = JSON(peer)
                members["\(tool.name)_processor_seconds"] = JSON(processor[tool.name]?[phase])
                members["ratio_to_\(tool.name)"] = JSON(own.flatMap { own in peer.map { own / $0 } })
            }
            document[phase] = .object(members)
        }
        document["versions"] = .object(
            Dictionary(uniqueKeysWithValues: tools.map { ($0.name, JSON(Shell.version(of: $0.program))) }))
        return document
    }
}
