// The logbook's way into other tools' formats, through the worker's Python. Knows no formats; nothing goes into the store.

package import Digests
internal import Formats
package import Plans
package import Workers

package struct Publisher: Sendable {
    private let environment: WorkerEnvironment

    package init(environment: WorkerEnvironment) { self.environment = environment }

    /// Hands the worker a document and where it is to go. Gives the address of the MLflow run; nil where none was asked for.
    ///
    /// Errors: ``StepFailure`` with what to do.
    package func publish(
        _ document: JSON, to targets: PublishTask, say: @escaping @Sendable (String) -> Void
    ) async throws -> String? {
        let metrics = try await WorkerCall(environment: environment).run(
            targets, called: "logbook",
            inputs: ["document": (.bytes(Array(document.text().utf8)), "the logbook")], say: say
        ) { metrics, _ in metrics }
        return try? JSONDocument(metrics, name: "what was published").member("mlflow").text
    }
}
