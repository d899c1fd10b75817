// `ablate doctor`: whether this machine can run steps; with --install, makes it so.

internal import ArgumentParser
internal import Digests
internal import Execution
internal import Workers

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what this machine offers, and whether the worker's Python is ready.")

    @Flag(help: "Make the Python environment if it is not there.") var install = false
    @Option(help: "A Python interpreter to check instead of ablate's own environment.") var python: String?
    @Flag(help: "Write one JSON document to standard output.") var json = false

    func run() async throws {
        let environment = WorkerEnvironment(cache: Files.cache, interpreter: python, variables: Files.environment)
        var ready = environment.ready
        if install {
            do {
                ready = try await environment.prepare { Console.note($0) }
            } catch {
                Console.note("error: \(error)")
                throw ExitStatus.unavailable
            }
        }
        let machine = Machine.detected(environment: Files.environment)
        if json {
            Console.out(document: [
                "python": JSON(ready), "cores": .integer(machine.cores), "gpus": .integer(machine.gpus),
                "threads": .integer(machine.threads),
            ])
        } else {
            Console.out(
                """
                python: \(ready ?? "not ready yet; it is made when first needed, or by `ablate doctor --install`")
                cores: \(machine.cores), GPUs: \(machine.gpus), threads of a training step: \(machine.threads)
                """)
        }
        if ready == nil { throw ExitStatus.unavailable }
    }
}
