// The worker's interpreter and libraries: an environment made once from the lock, or one the site names.

internal import Digests
internal import Host
internal import Subprocess
internal import SystemPackage

/// Where the worker's Python comes from.
package struct WorkerEnvironment: Sendable {
    /// The folder for caches, such as `~/.cache/ablate`.
    package let cache: String
    /// An interpreter that the site names; its libraries are its owner's business.
    package let interpreter: String?
    /// The engine's own variables.
    package let variables: [String: String]

    package init(cache: String, interpreter: String?, variables: [String: String]) {
        self.cache = cache
        self.interpreter = interpreter
        self.variables = variables
    }

    /// The environment's folder; its name is the digest of the locks, so a new lock makes a new environment.
    package var folder: String {
        "\(cache)/environments/\(Digest(of: WorkerSources.locks.flatMap(\.bytes)).short)"
    }

    /// The interpreter, if it is ready to be used.
    package var ready: String? {
        if let interpreter { return Host.system.files.isExecutable(interpreter) ? interpreter : nil }
        return Host.system.files.exists("\(folder)/complete") ? "\(folder)/bin/python" : nil
    }

    /// The interpreter, made first where needed. `say` is told what goes on.
    ///
    /// Two engines at once make it once. Errors: ``StepFailure`` of class `unavailable` with the installer's last lines.
    package func prepare(say: @Sendable (String) -> Void) async throws -> String {
        if let ready { return ready }
        if let interpreter {
            throw StepFailure(
                class: .unavailable,
                message: "\(interpreter), which the site names as python, is not a program that can be run")
        }
        try WorkerPackage.makeFolders(cache + "/environments")
        try await once(folder, say: say) { try await make(say: say) }
        return "\(folder)/bin/python"
    }

    /// The folder of pandas, which metric files need and nothing else does: made first where needed, once the environment is there. Nil
    /// where the interpreter is another one, whose libraries are its owner's business.
    ///
    /// Errors: as of ``prepare(say:)``.
    package func prepareTables(say: @Sendable (String) -> Void) async throws -> String? {
        guard interpreter == nil || interpreter == "\(self.folder)/bin/python" else { return nil }
        let lock = WorkerSources.tablesLock
        let folder = "\(folder)/tables-\(Digest(of: lock.bytes).short)"
        try await once(folder, say: say) {
            say("installing pandas for the metric file")
            // What an interrupted installation left would be passed over by pip, and stay as it is.
            try? Host.system.files.remove(folder)
            try WorkerPackage.makeFolders(folder)
            try WorkerPackage.write(lock.bytes, to: "\(folder)/\(lock.path)")
            let log = "\(folder).log"
            let install = installer(for: "\(self.folder)/bin/python")
            try await shell(
                install + [
                    "--quiet", "--no-deps", "--require-hashes", "--target", folder, "-r", "\(folder)/\(lock.path)",
                ],
                log: log, hint: "see \(log)")
        }
        return folder
    }

    /// Makes a folder unless it is complete, by one ablate at a time.
    private func once(_ folder: String, say: @Sendable (String) -> Void, make: () async throws -> Void) async throws {
        func isComplete() -> Bool { Host.system.files.exists("\(folder)/complete") }
        if isComplete() { return }
        let lock: any OpenFile
        do {
            lock = try Host.system.files.open("\(folder).lock", .locking)
        } catch {
            throw StepFailure(class: .unavailable, message: "\(error)")
        }
        defer { withExtendedLifetime(lock) {} }
        var isTold = false
        // Where the file system has no locks, two that make it at once may disturb each other, and no wait would end.
        while (try? lock.lock(shared: false)) == .taken {
            if !isTold { say("another ablate is making the Python environment (it holds \(folder).lock); waiting") }
            isTold = true
            try await Task.sleep(for: .seconds(1))
        }
        if isComplete() { return }
        try await make()
        try WorkerPackage.write([], to: "\(folder)/complete")
    }

    private func make(say: @Sendable (String) -> Void) async throws {
        let python = "\(folder)/bin/python"
        let log = "\(folder).log"
        try? Host.system.files.remove(log)
        let base = try await findInterpreter()
        say("making the Python environment in \(folder) (once; some minutes)")
        try await shell([base, "-m", "venv", "--clear", folder], log: log, hint: "apt-get install python3-venv")
        for lock in WorkerSources.locks { try WorkerPackage.write(lock.bytes, to: "\(folder)/\(lock.path)") }
        let install = installer(for: python) + ["--quiet", "--no-deps", "--require-hashes"]
        say("installing the worker's libraries")
        if !Host.system.files.exists("/dev/nvidia0") {
            // Only where a folder of wheels offers a build without CUDA; the registry has none, and its build runs as well.
            _ = try await run(install + ["--no-index", "-r", "\(folder)/\(WorkerSources.processorLock.path)"])
        }
        try await shell(install + ["-r", "\(folder)/\(WorkerSources.commonLock.path)"], log: log, hint: "see \(log)")
        // The build of torch without CUDA needs none of CUDA's libraries.
        let version = try await run([python, "-c", "import importlib.metadata as m; print(m.version('torch'))"]).output
        if !version.contains("+cpu") {
            say("installing the CUDA libraries")
            try await shell(install + ["-r", "\(folder)/\(WorkerSources.cudaLock.path)"], log: log, hint: "see \(log)")
        }
        say("the Python environment is ready")
    }

    /// uv where it is installed, for it is several times as fast; else the environment's own pip.
    private func installer(for python: String) -> [String] {
        guard let uv = find("uv") else { return [python, "-m", "pip", "install", "--disable-pip-version-check"] }
        // uv reads none of pip's settings; a folder of wheels is the one that matters here.
        let wheels = variables["PIP_FIND_LINKS"].map { ["--find-links", $0] } ?? []
        return [uv, "pip", "install", "--python", python] + wheels
    }

    /// The first interpreter on the path that the locks cover.
    private func findInterpreter() async throws -> String {
        for name in ["python3", "python3.12", "python3.11", "python3.13"] {
            guard let path = find(name) else { continue }
            let check = "import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else 1)"
            if try await run([path, "-c", check]).status == 0 { return path }
        }
        throw StepFailure(
            class: .unavailable,
            message:
                "no Python 3.11 to 3.13 was found on the PATH; install one, or name an interpreter as `python:` in site.yaml"
        )
    }

    private func find(_ name: String) -> String? {
        (variables["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }.first {
            Host.system.files.isExecutable($0)
        }
    }

    private func shell(_ command: [String], log: String, hint: String) async throws {
        let (status, output) = try await run(command)
        let before = (try? Host.system.files.content(of: log, limit: 64 << 20)) ?? []
        try? Host.system.files.write(before + Array(output.utf8), to: log)
        guard status == 0 else {
            let last = output.split(separator: "\n").suffix(5).joined(separator: "\n  ")
            throw StepFailure(
                class: .unavailable,
                message:
                    "the Python environment could not be made: \(command.prefix(4).joined(separator: " ")) failed\n  \(last)\n  help: \(hint)"
            )
        }
    }

    private func run(_ command: [String]) async throws -> (status: Int32, output: String) {
        let result = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput)
        if case .exited(let code) = result.terminationStatus { return (Int32(code), result.standardOutput) }
        return (-1, result.standardOutput)
    }
}
