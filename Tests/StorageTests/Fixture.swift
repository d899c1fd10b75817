// A store in a temporary folder, and the few things that tests do to files.

import Digests
import Foundation
import Host
import Storage
import Testing

/// A folder that goes with its last reference.
final class Fixture: Sendable {
    let folder: String
    var root: String { folder + "/store" }
    var cache: String { folder + "/cache" }

    init() throws {
        folder = NSTemporaryDirectory() + "/storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        Shell.run("chmod -R u+w '\(folder)'; rm -rf '\(folder)'")
    }

    func store(_ access: Access = .readWrite, host: Machine = .system) throws -> Store {
        try Store(at: root, access: access, host: host, cache: cache)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Writes a file, with the folders above it.
    @discardableResult
    func write(_ text: String, to path: String) throws -> String {
        let url = URL(fileURLWithPath: path.hasPrefix("/") ? path : self.path(path))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    func names(_ path: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Publishes files, given by path under `outputs/`, for the step named `step`.
    @discardableResult
    func publish(
        _ files: [String: String], as step: String, in store: Store, expecting outputs: [String] = [],
        seconds: Double = 1, metrics: JSON = ["loss": 0.5]
    ) throws -> Record {
        let attempt = try store.beginAttempt(key: Digest(of: step))
        for (path, text) in files { try write(text, to: "\(attempt.outputs)/\(path)") }
        try write("log of \(step)\n", to: attempt.log)
        return try store.publish(attempt, draft(step, outputs: outputs, seconds: seconds, metrics: metrics))
    }

    func draft(
        _ step: String, outputs: [String] = [], seconds: Double = 1, metrics: JSON = ["loss": 0.5]
    ) -> Record.Draft {
        Record.Draft(
            outline: Digest(of: "outline of \(step)"), manifest: ["kind": "finetune", "parameters": ["rank": 4]],
            address: "model/\(step)", kind: "finetune", outputs: outputs, started: 1_700_000_000.5, seconds: seconds,
            metrics: metrics, measurements: ["memory": 12], environment: ["torch": "2.5"])
    }

    func recordPath(_ step: String) -> String {
        let key = Digest(of: step).description
        return "\(root)/records/\(key.prefix(2))/\(key).json"
    }
}

enum Shell {
    /// Runs a command to its end and gives its output.
    @discardableResult
    static func run(_ command: String) -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "" }
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}

/// Another process that holds a lock on a file until it is killed.
final class LockHolder {
    private let process = Process()
    private let output = Pipe()

    /// Returns once the lock is held. `option` is one of the command `flock`: `-x` or `-s`.
    init(_ path: String, _ option: String) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // One process, which holds the lock by its own descriptor, so that a kill ends both.
        process.arguments = ["sh", "-c", "exec 9>>\"$1\"; flock \(option) 9; echo held; exec sleep 600", "sh", path]
        process.standardOutput = output
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
    }

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { kill() }
}
