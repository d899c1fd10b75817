// Other programs, run and timed from start to end. Knows nothing of what they do.

import ArgumentParser
import Foundation
import Glibc

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
        -> (status: Int32, seconds: Double, output: String, peakBytes: Int, processorSeconds: Double)
    {
        // Foundation's Process notices an end up to fifty milliseconds late; these calls notice it at once.
        let log = folder.appending(path: "bench.log").path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let here = FileManager.default.currentDirectoryPath
        _ = FileManager.default.changeCurrentDirectoryPath(folder.path)
        defer { _ = FileManager.default.changeCurrentDirectoryPath(here) }
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
        var usage = rusage()
        var isLate = false
        while wait4(process, &status, WNOHANG, &usage) == 0 {
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
        let output = String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self)
        let times = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
        return (exit, seconds, output, usage.ru_maxrss * 1024, times[0] + times[1])
    }

    static func version(of program: String) -> String? {
        guard path(of: program) != nil,
            let output = try? run(program, ["--version"], in: FileManager.default.temporaryDirectory, limit: 20).output
        else { return nil }
        return output.split(separator: "\n").first.map(String.init)
    }
}
