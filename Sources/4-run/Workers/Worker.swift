// A worker process: started once, given one step after another. Knows the protocol, not what steps mean.

package import Digests
internal import Host
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// How to start a worker.
package struct WorkerLaunch: Sendable {
    /// Absolute path of the interpreter.
    package var python: String
    /// The folder for `PYTHONPATH`.
    package var package: String
    /// Variables beyond those of the engine itself.
    package var environment: [String: String]
    /// Where a file is made for the worker's output between steps, such as a failing import. It has no name once it is open, so
    /// that nothing is left of it however the processes end.
    package var log: String
    /// Seconds without any event after which a worker at work counts as dead; heartbeats come every 2 s.
    package var silenceLimit: Double

    package init(
        python: String, package: String, environment: [String: String] = [:], log: String, silenceLimit: Double = 120
    ) {
        self.python = python
        self.package = package
        self.environment = environment
        self.log = log
        self.silenceLimit = silenceLimit
    }
}

/// A worker process. One step at a time; dead for good once a step was cancelled, broke the protocol or crashed.
package final class Worker: Sendable {
    private struct Job: Sendable {
        let line: String
        let report: @Sendable (WorkerEvent) -> Void
        let done: CheckedContinuation<WorkerResult, any Error>
    }

    private struct State: ~Copyable {
        var process: ProcessIdentifier?
        var isDead = false
        /// Why the process was killed, where the engine did it.
        var verdict: StepFailure?
        var heard = ContinuousClock.now
        var isBusy = false
        var environment: JSON = [:]
        /// The worker's standard input while it runs a step whose specification is written, and what is to be said of that step.
        var writer: StandardInputWriter?
        var word: String?
    }

    /// Bytes; an event is a few hundred.
    private static let longestLine = 4 << 20

    private let launch: WorkerLaunch
    private let tree = ProcessTree()
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    private let state = Mutex(State())

    package init(_ launch: WorkerLaunch) {
        // Writing to a worker that has died must be an error of that step, not the end of the engine.
        Signals.ignoreBrokenPipes()
        self.launch = launch
        (jobs, queue) = AsyncStream.makeStream(of: Job.self)
        Task.detached { await self.live() }
    }

    package var isAlive: Bool { state.withLock { !$0.isDead } }
    /// Whether its interpreter has started and said hello.
    package var hasSpoken: Bool { state.withLock { $0.environment != [:] } }
    /// Python, library versions and device, as the worker said hello; empty before.
    package var environment: JSON { state.withLock { $0.environment } }

    /// Runs one step. `report` hears every event before the last.
    ///
    /// Errors: ``StepFailure``. A failure that the worker itself reported leaves it alive.
    package func run(
        _ specification: WorkerSpecification, report: @escaping @Sendable (WorkerEvent) -> Void
    ) async throws -> WorkerResult {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { done in
                let job = Job(line: specification.json.text(), report: report, done: done)
                if case .terminated = queue.yield(job) {
                    done.resume(throwing: StepFailure(class: .crashed, message: "the worker is dead"))
                }
            }
        } onCancel: {
            terminate(because: StepFailure(class: .cancelled, message: "cancelled"))
        }
    }

    /// Tells the worker how many threads a step has from now on; of a step that it does not run just now it takes no notice.
    package func say(threads: Int, of key: Digest) async {
        let word = (["threads": .integer(threads), "key": .string(key.description)] as JSON).text() + "\n"
        let writer = state.withLock { state in
            state.word = word
            return state.writer
        }
        // A worker that is dead says so by the end of its events.
        _ = try? await writer?.write(word)
    }

    /// Lets the process end once it is idle.
    package func retire() { queue.finish() }

    /// Ends the process and everything it started, at once.
    package func terminate(because verdict: StepFailure) {
        state.withLock { state in
            if state.verdict == nil { state.verdict = verdict }
            state.isDead = true
            if let process = state.process { Signals.kill(group: process.value) }
        }
    }

    // MARK: - The process

    private func live() async {
        var current: Job?
        var ended = "could not be started"
        var lastWords = ""
        do {
            let log = try FileDescriptor.open(
                launch.log, .readWrite, options: [.create, .append],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
            try? Host.system.files.remove(launch.log)
            defer { try? log.close() }
            var options = PlatformOptions()
            // A group of its own: Ctrl-C at the terminal reaches the engine alone, and a kill reaches all that it started.
            options.processGroupID = 0
            var variables: [Environment.Key: String?] = [
                "PYTHONPATH": launch.package, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1",
                "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false",
                // That of another Python than the worker's keeps it from starting.
                "PYTHONHOME": nil,
            ]
            variables[Environment.Key(rawValue: ProcessTree.variable)!] = tree.mark
            for (name, value) in launch.environment { variables[Environment.Key(rawValue: name)!] = value }
            let result = try await Subprocess.run(
                .path(FilePath(launch.python)), arguments: ["-P", "-m", "ablate_worker"],
                environment: .inherit.updating(variables), platformOptions: options, input: .inputWriter,
                output: .sequence, error: .fileDescriptor(log, closeAfterSpawningProcess: false)
            ) { execution in
                begin(execution.processIdentifier)
                let watch = Task { await self.watch() }
                defer { watch.cancel() }
                var lines = execution.standardOutput.strings(
                    separatedBy: .unicodeScalarSequence(["\n" as Unicode.Scalar]),
                    bufferingPolicy: .maxLineLength(Self.longestLine)
                ).makeAsyncIterator()
                for await job in jobs {
                    current = job
                    markBusy(true)
                    // A worker that is dead already says more by how it ended than by the pipe it left broken.
                    guard (try? await execution.standardInputWriter.write(job.line + "\n")) != nil else { return }
                    let word = state.withLock { state in
                        state.writer = execution.standardInputWriter
                        return state.word
                    }
                    if let word { _ = try? await execution.standardInputWriter.write(word) }
                    guard let outcome = try await listen(to: &lines, for: job) else { return }
                    state.withLock { ($0.writer, $0.word) = (nil, nil) }
                    markBusy(false)
                    current = nil
                    job.done.resume(with: outcome)
                }
                try? await execution.standardInputWriter.finish()
            }
            ended =
                switch result.terminationStatus {
                case .exited(let code): "ended with exit code \(code)"
                case .signaled(let signal): "was killed by signal \(signal)"
                }
            lastWords = Self.lastLine(of: log)
        } catch let failure as StepFailure {
            terminate(because: failure)
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            terminate(because: .protocolViolation("a line of more than \(Self.longestLine >> 20) MiB"))
        } catch {
            terminate(because: StepFailure(class: .crashed, message: "the worker could not be run: \(error)"))
        }
        let verdict =
            end()
            ?? StepFailure(class: .crashed, message: "the worker \(ended) in the middle of the step\(lastWords)")
        queue.finish()
        current?.done.resume(throwing: verdict)
        for await job in jobs { job.done.resume(throwing: verdict) }
    }

    /// The outcome of one job; nil where the stream ended first.
    private func listen(
        to lines: inout SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator, for job: Job
    ) async throws -> Result<WorkerResult, any Error>? {
        while let line = try await lines.next() {
            state.withLock { $0.heard = .now }
            do {
                let event = try WorkerEvent(line: line)
                switch event {
                case .result(let result): return .success(result)
                case .error(let failure): return .failure(failure)
                case .hello(let environment): state.withLock { $0.environment = environment }
                case .heartbeat, .progress, .metric, .note: break
                }
                job.report(event)
            } catch {
                terminate(because: error)
                return nil
            }
        }
        return nil
    }

    /// The last line that the worker wrote between steps, after a colon; empty where there is none.
    private static func lastLine(of log: FileDescriptor) -> String {
        guard let end = try? log.seek(offset: 0, from: .end) else { return "" }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let start = max(0, end - Int64(bytes.count))
        let count = (try? bytes.withUnsafeMutableBytes { try log.read(fromAbsoluteOffset: start, into: $0) }) ?? 0
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last { !$0.allSatisfy(\.isWhitespace) }.map { ": \($0.prefix(300))" } ?? ""
    }

    private func begin(_ process: ProcessIdentifier) {
        state.withLock { state in
            state.process = process
            if state.isDead { Signals.kill(group: process.value) }
        }
    }

    private func end() -> StepFailure? {
        defer { tree.kill() }
        return state.withLock { state in
            // What the worker itself started must not outlive it.
            if let process = state.process { Signals.kill(group: process.value) }
            state.isDead = true
            state.process = nil
            return state.verdict
        }
    }

    private func markBusy(_ isBusy: Bool) {
        state.withLock { state in
            state.isBusy = isBusy
            state.heard = .now
        }
    }

    /// Kills a worker that is at work and says nothing.
    private func watch() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            let isSilent = state.withLock { $0.isBusy && $0.heard.duration(to: .now) > .seconds(launch.silenceLimit) }
            guard isSilent else { continue }
            terminate(
                because: StepFailure(
                    class: .silent, message: "the worker said nothing for \(Int(launch.silenceLimit)) s and was ended")
            )
        }
    }
}
