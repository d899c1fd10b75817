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
        var times: [String: [String: Double]] = [:]
        for tool in tools {
            guard Shell.path(of: tool.program) != nil else {
                FileHandle.standardError.write(Data("\(tool.name) is not here\n".utf8))
                continue
            }
            times[tool.name] = try measure(tool, in: root.appending(path: tool.name))
        }
        let document = report(times, tools: tools)
        if json {
            print(JSON.object(document).text(.indented))
        } else {
            for phase in Self.phases {
                let own = times["ablate"]?[phase]
                let parts = tools.compactMap { tool in
                    times[tool.name]?[phase].map { "\(tool.name) \(Self.text($0)) s" }
                }
                let ratio = own.flatMap { own in times["ninja"]?[phase].map { ", \(Self.text(own / $0)) times ninja's" }
                }
                print("\(phase): \(parts.joined(separator: ", "))\(ratio ?? "")")
            }
        }
    }

    private static let phases = ["run", "plan", "noop_first", "noop", "one_change"]

    private static func text(_ value: Double) -> String { String(format: "%.3g", value) }

    /// The seconds of each phase; a phase that took too long is left out.
    private func measure(_ tool: Contender, in folder: URL) throws -> [String: Double] {
        try tool.write(chains: chains, jobs: jobs, to: folder)
        var seconds: [String: Double] = [:]
        func time(
            _ phase: String, _ arguments: [String], steps: Int?, times: Int, before: (Int) throws -> Void = { _ in }
        )
            throws
        {
            for attempt in 0..<times {
                try before(attempt)
                let result = try Shell.run(tool.program, arguments, in: folder, limit: limit)
                guard result.status == 0 else {
                    guard result.status == 124 else {
                        throw ValidationError("\(tool.name) failed in phase \(phase): \(result.output.suffix(2_000))")
                    }
                    return
                }
                if let steps, let counted = tool.executed(result.output), counted != steps {
                    throw ValidationError(
                        "\(tool.name) ran \(counted) steps in phase \(phase), and \(steps) are to run")
                }
                seconds[phase] = min(seconds[phase] ?? .infinity, result.seconds)
            }
        }
        try time("plan", tool.plan, steps: nil, times: 2)
        try time("run", tool.run(jobs), steps: chains * 5, times: 1)
        guard seconds["run"] != nil else { return seconds }
        // The first one after a run may still settle what the next ones rely on; it is told apart.
        try time("noop_first", tool.run(jobs), steps: 0, times: 1)
        try time("noop", tool.run(jobs), steps: 0, times: repeats)
        try time("one_change", tool.run(jobs), steps: 5, times: repeats) { attempt in
            try Data("changed \(attempt)\n".utf8).write(to: folder.appending(path: "in/0.txt"))
            // Time stamps are coarse: a file that is younger than this may change unseen, and no tool trusts it.
            usleep(150_000)
        }
        return seconds
    }

    private func report(_ times: [String: [String: Double]], tools: [Contender]) -> [String: JSON] {
        var document: [String: JSON] = [
            "schema_version": 1, "chains": .integer(chains), "steps": .integer(chains * 5), "jobs": .integer(jobs),
            "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
        ]
        for phase in Self.phases {
            let own = times["ablate"]?[phase]
            var members: [String: JSON] = ["seconds": JSON(own)]
            for tool in tools.dropFirst() {
                let peer = times[tool.name]?[phase]
                members["\(tool.name)_seconds"] = JSON(peer)
                members["ratio_to_\(tool.name)"] = JSON(own.flatMap { own in peer.map { own / $0 } })
            }
            document[phase] = .object(members)
        }
        document["versions"] = .object(
            Dictionary(uniqueKeysWithValues: tools.map { ($0.name, JSON(Shell.version(of: $0.program))) }))
        return document
    }
}

/// Processes and where programs are.
enum Shell {
    static func path(of program: String) -> String? {
        if program.contains("/") {
            let here = FileManager.default.currentDirectoryPath
            let path = program.hasPrefix("/") ? program : "\(here)/\(program)"
            return FileManager.default.isExecutableFile(atPath: path) ? path : nil
        }
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
    }

    /// Exit status 124 says that it took longer than `limit` seconds.
    static func run(_ program: String, _ arguments: [String], in folder: URL, limit: Int) throws
        -> (status: Int32, seconds: Double, output: String)
    {
        // Foundation's Process notices an end up to fifty milliseconds late; these calls notice it at once.
        let log = folder.appending(path: "bench.log").path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let here = FileManager.default.currentDirectoryPath
        FileManager.default.changeCurrentDirectoryPath(folder.path)
        defer { FileManager.default.changeCurrentDirectoryPath(here) }
        // To a file, not to a pipe: nobody has to read along, and the reader's time is not the tool's.
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var argv = ([path(of: program) ?? program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var process = pid_t()
        let start = ContinuousClock.now
        let code = posix_spawn(&process, argv[0]!, &actions, nil, &argv, environ)
        guard code == 0 else { throw ValidationError("cannot start \(program): \(String(cString: strerror(code)))") }
        var status: Int32 = 0
        var isLate = false
        while waitpid(process, &status, WNOHANG) == 0 {
            let seconds = start.duration(to: .now) / .seconds(1)
            if seconds > Double(limit), !isLate {
                isLate = true
                kill(process, SIGTERM)
            }
            // Often while it matters, seldom in long runs, which it would disturb.
            usleep(seconds < 1 ? 100 : 2_000)
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        let exit = isLate ? 124 : status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        return (exit, seconds, String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self))
    }

    static func version(of program: String) -> String? {
        guard path(of: program) != nil,
            let output = try? run(program, ["--version"], in: FileManager.default.temporaryDirectory, limit: 20).output
        else { return nil }
        return output.split(separator: "\n").first.map(String.init)
    }
}
