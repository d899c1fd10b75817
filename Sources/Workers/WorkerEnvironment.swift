// The worker's interpreter and libraries: an environment made once from the lock, or one the site names.

internal import Digests
internal import Glibc
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
        if let interpreter { return access(interpreter, X_OK) == 0 ? interpreter : nil }
        return access("\(folder)/complete", R_OK) == 0 ? "\(folder)/bin/python" : nil
    }

    /// The interpreter, made first where needed. `say` is told what goes on.
    ///
    /// Two engines at once make it once. Errors: ``WorkerFailure`` of class `unavailable` with the installer's last lines.
    package func prepare(say: @Sendable (String) -> Void) async throws -> String {
        if let ready { return ready }
        if let interpreter {
            throw WorkerFailure(
                class: .unavailable,
                message: "\(interpreter), which the site names as python, is no program that can be run")
        }
        try WorkerPackage.makeFolders(cache + "/environments")
        let lock = open("\(folder).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard lock >= 0 else {
            throw WorkerFailure(
                class: .unavailable, message: "cannot write \(folder).lock: \(String(cString: strerror(errno)))")
        }
        defer { close(lock) }
        var isTold = false
        // Where the file system has no locks, two that make it at once may disturb each other, and no wait would end.
        while flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            if !isTold { say("another ablate is making the Python environment (it holds \(folder).lock); waiting") }
            isTold = true
            try await Task.sleep(for: .seconds(1))
        }
        if let ready { return ready }
        try await make(say: say)
        try WorkerPackage.write([], to: "\(folder)/complete")
        return "\(folder)/bin/python"
    }

    private func make(say: @Sendable (String) -> Void) async throws {
        let python = "\(folder)/bin/python"
        let log = "\(folder).log"
        unlink(log)
        let base = try await findInterpreter()
        say("making the Python environment in \(folder) (once; some minutes)")
        try await shell([base, "-m", "venv", "--clear", folder], log: log, hint: "apt-get install python3-venv")
        for lock in WorkerSources.locks { try WorkerPackage.write(lock.bytes, to: "\(folder)/\(lock.name)") }
        let install = installer(for: python) + ["--quiet", "--no-deps", "--require-hashes"]
        say("installing the worker's libraries")
        if access("/dev/nvidia0", F_OK) != 0 {
            // Only where a folder of wheels offers a build without CUDA; the registry has none, and its build runs as well.
            _ = try await run(install + ["--no-index", "-r", "\(folder)/requirements-cpu.lock"])
        }
        try await shell(install + ["-r", "\(folder)/requirements.lock"], log: log, hint: "see \(log)")
        // The build of torch without CUDA needs none of CUDA's libraries.
        let version = try await run([python, "-c", "import importlib.metadata as m; print(m.version('torch'))"]).output
        if !version.contains("+cpu") {
            say("installing the CUDA libraries")
            try await shell(install + ["-r", "\(folder)/requirements-cuda.lock"], log: log, hint: "see \(log)")
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
        throw WorkerFailure(
            class: .unavailable,
            message:
                "no Python 3.11 to 3.13 was found on the PATH; install one, or name an interpreter as `python:` in site.yaml"
        )
    }

    private func find(_ name: String) -> String? {
        (variables["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }.first {
            access($0, X_OK) == 0
        }
    }

    private func shell(_ command: [String], log: String, hint: String) async throws {
        let (status, output) = try await run(command)
        if let file = fopen(log, "a") {
            fputs(output, file)
            fclose(file)
        }
        guard status == 0 else {
            let last = output.split(separator: "\n").suffix(5).joined(separator: "\n  ")
            throw WorkerFailure(
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
