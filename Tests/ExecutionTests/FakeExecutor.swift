// An executor that carries nothing out: it writes what a test gives it, fails as it is told, and waits for a word.

import Digests
import Execution
import Foundation
import Plans
import Synchronization

/// Runs every step by a function of its address. Knows no kinds, no processes and no clock.
final class FakeExecutor: Executor {
    /// What a step does: it may write outputs itself, wait, or throw. What it returns is written as each output's content.
    typealias Behaviour = @Sendable (StepAssignment, @escaping @Sendable (StepNews) -> Void) async throws -> String

    private let behaviour: Behaviour
    private let calls = Mutex<[String]>([])

    /// By default each output holds the step's address.
    init(_ behaviour: @escaping Behaviour = { assignment, _ in assignment.step.address }) { self.behaviour = behaviour }

    /// The addresses of the steps that were run, in order, each as often as it was.
    var ran: [String] { calls.withLock { $0 } }

    func run(_ assignment: StepAssignment, report: @escaping @Sendable (StepNews) -> Void) async throws -> Work {
        calls.withLock { $0.append(assignment.step.address) }
        let content = try await behaviour(assignment, report)
        let names = (assignment.step.body as? CommandStep)?.outputs ?? assignment.step.kind.outputs
        for name in names {
            try content.write(toFile: "\(assignment.outputs)/\(name)", atomically: true, encoding: .utf8)
        }
        return Work(outputs: names, metrics: ["fake": true], started: 1, seconds: 2)
    }

    /// The executor for every demand.
    var executors: Executors {
        Executors([.native: self, .command: self, .process: self, .parallel: self, .training: self])
    }
}
