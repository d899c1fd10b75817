// What kinds of steps that run a program of the user's have in common, as whoever runs it asks for it. Starts no process.

/// A step that is a program of the user's.
package protocol RunsProgram: TypedStep {
    /// The program and its arguments, with places to fill.
    var command: [String] { get }
    /// The names of what it must write.
    var outputs: [String] { get }
    /// What stands for each place of the command, by what is between its braces.
    ///
    /// - Parameters:
    ///   - inputs: Absolute paths by the names of inputs.
    ///   - outputs: The folder of the outputs.
    func places(inputs: [String: String], outputs: String) -> [String: String]
    /// What its outputs must be before they count.
    var proofs: [OutputProof] { get }
}

extension RunsProgram {
    package var proofs: [OutputProof] { [] }

    func written(to folder: String) -> [String: String] {
        Dictionary(outputs.map { ("out.\($0)", "\(folder)/\($0)") }, uniquingKeysWith: { $1 })
    }
}

/// An output of a program with the step that proves it, and whose own output takes its place: no step of the plan.
package struct OutputProof: Sendable {
    package let output: String
    package let step: Step
    /// The input of the step that reads the output.
    package let file: String
    /// What the step gives.
    package let proven: String
    /// Its other inputs, each by the name of the program's input that it is.
    package let inputs: [String: String]
}
