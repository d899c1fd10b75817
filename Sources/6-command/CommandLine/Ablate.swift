// The command itself: its verbs and what it says of itself.

package import ArgumentParser
internal import Arithmetic
internal import Dispatch
internal import Execution
internal import Host

package struct Ablate: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ablate",
        abstract: "One recipe, one command, one logbook: fine-tune LLMs to classify, and know which ablation helped.",
        discussion: """
            A recipe is a YAML file that says which data, models, folds, seeds and ablations there are. `run` carries out what
            has changed since it was last carried out, and writes the logbook.
            """,
        version: version,
        subcommands: [
            InitCommand.self, CheckCommand.self, PlanCommand.self, WhyCommand.self, RunCommand.self, StatusCommand.self,
            ShowCommand.self, DiffCommand.self,
            LogbookCommand.self, NoteCommand.self, AcceptCommand.self, StoreCommand.self, SchemaCommand.self,
            ImportCommand.self, OptimizeCommand.self,
            DoctorCommand.self,
        ])

    static let version = "0.1.0"

    private static let fewestOpenFiles = 32
    private static let fewestThreads = 8

    package init() {}

    /// Before anything else: ends the process where the system lets it have so little that its own libraries would end it, or wait
    /// for ever, without a word.
    package static func prepare() {
        OutputStream.openClosed()
        if let files = SystemLimits.openFiles, files < fewestOpenFiles {
            refuse("\(files) files open, and needs \(fewestOpenFiles); raise the limit (ulimit -n)")
        }
        let (done, started) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let threads = (0..<fewestThreads).prefix { _ in
            Threads.start {
                done.wait()
                started.signal()
            }
        }.count
        for _ in 0..<threads { done.signal() }
        for _ in 0..<threads { started.wait() }
        if threads < fewestThreads {
            refuse(
                "\(threads) more threads, and needs \(fewestThreads); raise the limit (ulimit -u, or that of the container)"
            )
        }
    }

    private static func refuse(_ what: String) {
        OutputStream.error.write("error: this process may have \(what) and run again\n".utf8)
        exit(withError: ExitStatus.unavailable)
    }

    /// The whole command, from its arguments to its exit code. The calling thread waits for it.
    package static func begin() {
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            await carryOut()
            done.signal()
        }
        done.wait()
    }

    private static func carryOut() async {
        CrashNotice.install()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            if let failure = OutputStream.output.failure { throw Failure.report(failure) }
        } catch {
            // Not the parser's own way out: it repeats what stands on the command line, where a file's name may have got to.
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty { code == .success ? Console.out(message) : Console.note(message) }
            if code == .success, let failure = OutputStream.output.failure {
                exit(withError: Failure.report(failure))
            }
            exit(withError: code)
        }
    }
}
