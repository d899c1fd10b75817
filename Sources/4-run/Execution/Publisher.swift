// The logbook's way into other tools' formats, through the worker's Python. Knows no formats; nothing goes into the store.

package import Digests
package import Plans
package import Workers

package struct Publisher: Sendable {
    private let environment: WorkerEnvironment

    package init(environment: WorkerEnvironment) { self.environment = environment }

    /// Hands the worker a document and where it is to go. Gives what the worker says of it.
    ///
    /// Errors: ``StepFailure`` with what to do.
    package func publish(
        _ document: JSON, to targets: PublishTask, say: @escaping @Sendable (String) -> Void
    ) async throws -> JSON {
        try await Errand(environment: environment).run(
            targets, called: "logbook",
            inputs: ["document": (.bytes(Array(document.text().utf8)), "the logbook")], say: say
        ) { metrics, _ in metrics }
    }
}
