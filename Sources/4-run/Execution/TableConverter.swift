// Parquet tables as CSV and back, through the worker's Python. Knows nothing of what the columns mean.

internal import Digests
internal import Steps
package import Workers

package struct TableConverter: Sendable {
    private let environment: WorkerEnvironment

    package init(environment: WorkerEnvironment) { self.environment = environment }

    /// The table as the bytes of a CSV file with a header. Errors: ``StepFailure``.
    package func csv(
        ofParquet path: String, called name: String, say: @escaping @Sendable (String) -> Void
    ) async throws -> [UInt8] {
        try await Errand(environment: environment).run(
            "convert", called: name, parameters: ["to": "csv"], inputs: ["table": (.file(path), name)], say: say
        ) { _, outputs in
            do {
                return try FileBytes.read("\(outputs)/table")
            } catch {
                throw StepFailure(
                    class: .unavailable, message: "the worker gave no table of \(name): \(error)", log: nil)
            }
        }
    }

    /// Writes a Parquet file, whole or not at all.
    ///
    /// - Parameters:
    ///   - csv: a table with a header.
    ///   - numbers: the columns that are numbers; all others are texts, or as `original` has them.
    ///   - original: a Parquet file with the same columns and rows, whose types are kept, and its other columns untouched.
    ///
    /// Errors: ``StepFailure``.
    package func write(
        _ csv: [UInt8], numbers: [String], original: String?, to path: String, say: @escaping @Sendable (String) -> Void
    ) async throws {
        var inputs: [String: (content: Errand.Input, name: String)] = ["table": (.bytes(csv), "the table")]
        if let original { inputs["original"] = (.file(original), original) }
        try await Errand(environment: environment).run(
            "convert", called: path,
            parameters: ["to": "parquet", "path": .string(path), "numbers": .array(numbers.map { .string($0) })],
            inputs: inputs, say: say
        ) { _, _ in }
    }
}
