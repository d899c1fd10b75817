// Runs a user's own program as a step. Knows arguments, paths and how a process ends; nothing of what the program does.

internal import Digests
internal import Formats
internal import Host
internal import Plans
internal import Schedules
internal import Steps
internal import Subprocess
internal import Synchronization
internal import SystemPackage
internal import Workers
internal import Targets

struct CommandExecutor: Executor {
    /// The recipe's folder, in which programs run.
    let folder: String
    let devices: Devices
    /// Carries out the steps that prove what programs wrote.
    let prover: any Executor

    /// Runs the program; what it says goes to the log. Errors: ``StepFailure`` of class `command-failed`, `timeout` or `unavailable`.
    func run(_ assignment: StepAssignment, report: @escaping @Sendable (StepNews) -> Void) async throws -> Work {
        try await devices.lend(assignment.resources) { gpus in
            let watch = StopWatch()
            let outputs = try await run(
                assignment.step, inputs: assignment.inputs.mapValues(\.path), outputs: assignment.outputs,
                log: assignment.log, rows: assignment.rows, gpus: gpus)
            for proof in (assignment.step.body as? any RunsProgram)?.proofs ?? [] {
                try await prove(proof, of: assignment)
            }
            return Work(outputs: outputs, started: watch.started, seconds: watch.seconds)
        }
    }

    private func run(
        _ step: Step, inputs: [String: String], outputs: String, log: String, rows: [String: Int], gpus: [String]
    ) async throws -> [String] {
        let body = step.body as? any RunsProgram
        let (command, names) = (body?.command ?? [], body?.outputs ?? [])
        let places = body?.places(inputs: inputs, outputs: outputs) ?? [:]
        let arguments = command.map { Self.fill($0, places) }
        guard let program = arguments.first else {
            throw StepFailure(class: .internal, message: "the command is empty")
        }
        let tree = ProcessTree()
        let (status, isLate) = try await limited(to: step.resources?.time) {
            try await spawn(program, Array(arguments.dropFirst()), log: log, gpus: gpus, tree: tree)
        }
        // What left the group is looked for where something went wrong; a look at every process after every step would cost more
        // than small steps take.
        if status != .exited(0) || isLate || Task.isCancelled { tree.kill() }
        try Task.checkCancellation()
        if isLate, let time = step.resources?.time {
            throw StepFailure(
                class: .timeout,
                message: "\(command.joined(separator: " ")) was stopped after \(time) s, its resources.time")
        }
        guard status == .exited(0) else {
            let how =
                switch status {
                case .exited(let code): "ended with exit code \(code)"
                case .signaled(let signal): "was killed by signal \(signal)"
                }
            let last = Self.lastLine(of: log).map { ": \($0)" } ?? ""
            throw StepFailure(
                class: .commandFailed, message: "\(command.joined(separator: " ")) \(how)\(last)")
        }
        var rows = rows
        rows["out-of-fold"] = rows["out-of-fold"] ?? self.rows(ofFoldsOf: step, inputs)
        try check(step, names, rows: rows, in: outputs)
        return names
    }

    /// What `work` gives, and whether it was cancelled because it took longer than `seconds`.
    private func limited<Value: Sendable>(
        to seconds: Int?, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> (Value, isLate: Bool) {
        guard let seconds else { return (try await work(), false) }
        let isLate = Atomic(false)
        let task = Task { try await work() }
        let clock = Task {
            try await Task.sleep(for: .seconds(seconds))
            isLate.store(true, ordering: .relaxed)
            task.cancel()
        }
        defer { clock.cancel() }
        let value = try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
        return (value, isLate.load(ordering: .relaxed))
    }

    private func spawn(
        _ program: String, _ arguments: [String], log: String, gpus: [String], tree: ProcessTree
    ) async throws -> TerminationStatus {
        let file = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append],
            permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        defer { try? file.close() }
        var options = PlatformOptions()
        // A group of its own: a kill reaches all that it started. It may tidy up for a moment when a run is stopped.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        guard let path = locate(program) else {
            throw StepFailure(
                class: .unavailable, message: "the program \(program) is in no folder of the PATH")
        }
        let executable = Executable.path(FilePath(path))
        let group = Mutex<Int32?>(nil)
        // What the program itself started must not outlive it.
        defer { if let id = group.withLock({ $0 }) { Signals.kill(group: id) } }
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments),
                environment: .inherit.updating([
                    Environment.Key(rawValue: Devices.variable)!: gpus.joined(separator: ","),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    Environment.Key(rawValue: ProcessTree.variable)!: tree.mark,
                ]),
                workingDirectory: FilePath(folder), platformOptions: options, input: .none,
                output: .fileDescriptor(file, closeAfterSpawningProcess: false),
                error: .fileDescriptor(file, closeAfterSpawningProcess: false)
            ) { execution in
                group.withLock { $0 = execution.processIdentifier.value }
            }
            return result.terminationStatus
        } catch let error as SubprocessError {
            throw StepFailure(
                class: .unavailable, message: "the program \(program) cannot be started: \(error)")
        }
    }

    /// The program's file. Sought here: starting a process for each folder of the PATH until one succeeds, as the library
    /// does with a name, takes longer than most small programs run.
    private func locate(_ program: String) -> String? {
        if program.contains("/") { return program.hasPrefix("/") ? program : "\(folder)/\(program)" }
        let folders = Host.system.variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        for part in folders.split(separator: ":", omittingEmptySubsequences: false) {
            // An empty part of the PATH is the folder the program runs in.
            let path = part.isEmpty ? "\(folder)/\(program)" : "\(part)/\(program)"
            if Host.system.files.isExecutable(path) { return path }
        }
        return nil
    }

    /// Every declared output must be there; predictions must be predictions of each row.
    private func check(_ step: Step, _ names: [String], rows: [String: Int], in outputs: String) throws {
        for name in names {
            guard Host.system.files.exists("\(outputs)/\(name)") else {
                throw StepFailure(
                    class: .commandFailed,
                    message:
                        "the program ended without an error and did not write {out.\(name)}; it must write a file or folder at that path"
                )
            }
            guard name == "out-of-fold" || name == "test", let target = (step.body as? CommandStep)?.target else {
                continue
            }
            do {
                try NativeStep.provePredictions(
                    "\(outputs)/\(name)", name: "{out.\(name)}", target: target,
                    count: rows[name])
            } catch {
                throw StepFailure(
                    class: .commandFailed,
                    message:
                        "\(error) (predictions are safetensors: rows int64 [n], each row of the table once; \(target.form.contents(width: target.width)))"
                )
            }
        }
    }

    /// Holds an output to what it must be, and puts what the proof makes of it in its place. Errors: ``StepFailure`` of class
    /// `command-failed` where it is something else.
    private func prove(_ proof: OutputProof, of assignment: StepAssignment) async throws {
        let files = Host.system.files
        let folder = "\(assignment.scratch)/proof-\(proof.output)"
        // What is left of an attempt before.
        try files.remove(folder)
        try files.makeFolder(folder)
        var inputs = proof.inputs.compactMapValues { assignment.inputs[$0] }
        inputs[proof.file] = ("\(assignment.outputs)/\(proof.output)", "{out.\(proof.output)}")
        let own = StepAssignment(
            step: proof.step, key: assignment.key, inputs: inputs, outputs: folder, scratch: folder,
            log: "\(assignment.scratch)/proof-\(proof.output).log", rows: [:], resources: Resources(cores: 1),
            cores: CoreShare(1))
        do {
            _ = try await prover.run(own) { _ in }
        } catch let failure as StepFailure where failure.class == .invalidInput {
            throw StepFailure(
                class: .commandFailed, message: failure.message, row: failure.row, column: failure.column)
        }
        try files.move("\(folder)/\(proof.proven)", to: "\(assignment.outputs)/\(proof.output)")
    }

    /// How many rows the training table has, where the program was given its folds.
    private func rows(ofFoldsOf step: Step, _ inputs: [String: String]) -> Int? {
        let folds = step.inputs.keys.sorted().first { input in
            if case .output(_, "folds")? = step.inputs[input] { true } else { false }
        }
        return folds.flatMap { inputs[$0] }.flatMap(NativeStep.rows(ofFolds:))
    }

    /// The argument with what stands for each of its places.
    static func fill(_ argument: String, _ places: [String: String]) -> String {
        var text = ""
        var rest = argument[...]
        // One pass, so that braces in a path are never taken for a name.
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            rest = rest[open...]
            let close = rest.firstIndex(of: "}")
            let name = close.map { String(rest[rest.index(after: open)..<$0]) } ?? ""
            if let close, let value = places[name] {
                text += value
                rest = rest[rest.index(after: close)...]
            } else {
                text += "{"
                rest = rest.dropFirst()
            }
        }
        return text + rest
    }

    /// The last line of a log that says something: for most programs the error itself.
    private static func lastLine(of log: String) -> String? {
        guard let bytes = Host.system.files.end(of: log, count: 4_096) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last { !$0.allSatisfy(\.isWhitespace) }.map { String($0.prefix(300)) }
    }
}
