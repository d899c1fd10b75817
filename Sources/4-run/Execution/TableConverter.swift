// Parquet tables as CSV and back, through the worker's Python. Knows nothing of what the columns mean.

internal import Plans
internal import Steps
package import Workers

package struct TableConverter: Sendable {
    private let environment: WorkerEnvironment

    package init(environment: WorkerEnvironment) { self.environment = environment }

    /// The table as the bytes of a CSV file with a header.
    ///
    /// - Parameter texts: the columns that must be texts or numbers, in which NaN is an empty cell; of the others, lists and bytes are
    ///   left out. Nil where all must be.
    ///
    /// Errors: ``StepFailure``.
    package func csv(
        ofParquet path: String, called name: String, texts: [String]?, say: @escaping @Sendable (String) -> Void
    ) async throws -> [UInt8] {
        try await converted(
            ConvertTask(to: .csv, texts: texts), called: name, inputs: ["table": (.file(path), name)], say: say)
    }

    /// The bytes of a Parquet file.
    ///
    /// - Parameters:
    ///   - csv: a table with a header.
    ///   - numbers: the columns that are numbers; all others are texts, or as `original` has them.
    ///   - original: a Parquet file with the same columns and rows, whose types are kept, and its other columns untouched.
    ///
    /// Errors: ``StepFailure``.
    package func parquet(
        of csv: [UInt8], numbers: [String], original: String?, called name: String,
        say: @escaping @Sendable (String) -> Void
    ) async throws -> [UInt8] {
        var inputs: [String: (content: WorkerCall.Input, name: String)] = ["table": (.bytes(csv), "the table")]
        if let original { inputs["original"] = (.file(original), original) }
        return try await converted(
            ConvertTask(to: .parquet, numbers: numbers), called: name, inputs: inputs, say: say)
    }

    private func converted(
        _ task: ConvertTask, called name: String, inputs: [String: (content: WorkerCall.Input, name: String)],
        say: @escaping @Sendable (String) -> Void
    ) async throws -> [UInt8] {
        try await WorkerCall(environment: environment).run(
            task, called: name, inputs: inputs, say: say
        ) { _, outputs in
            do {
                return try FileBytes.read("\(outputs)/table")
            } catch {
                throw StepFailure(
                    class: .unavailable, message: "the worker gave no table of \(name): \(error)")
            }
        }
    }
}
