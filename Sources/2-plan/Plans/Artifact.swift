// What a step's input is and where its content comes from.

/// What of a backbone's files a step reads, and so what its key knows of them.
package enum BackbonePart: String, Hashable, Sendable {
    case tokenizer, weights
    /// Weights, and the Python files that come with them: those of a model with `remote-code: true`.
    case weightsAndCode = "weights and code"
}

/// Where an input's content comes from.
package enum Source: Hashable, Sendable {
    /// A file of the user's: absolute path, and the name the recipe gives it.
    case file(path: String, name: String)
    /// A folder in hub layout.
    case folder(path: String, name: String, part: BackbonePart)
    /// A repository in the hub's local cache, at a revision; nil is the branch `main`.
    case hub(repository: String, revision: String?, part: BackbonePart)
    /// An output of an earlier step of the plan.
    case output(step: Int, name: String)

    /// The step it is an output of; nil for what is the user's.
    var step: Int? { if case .output(let step, _) = self { step } else { nil } }
}

/// Something that a step reads, with what it holds as part of its type: only what gives `Content` can stand where `Content` is read.
/// Which file has which form is told in docs/worker-protocol.md.
package struct Artifact<Content>: Hashable, Sendable {
    package let source: Source

    init(_ source: Source) { self.source = source }
    init(_ step: Int, _ output: String) { source = .output(step: step, name: output) }

    var step: Int? { source.step }
}

/// What artifacts hold. Names alone: no value of these types exists.
package enum Content {
    /// A table, a sample submission or a script of the user's.
    package enum UserFile {}
    /// A folder with one table for a program.
    package enum Table {}
    /// The rows of a table without their texts.
    package enum Rows {}
    package enum Texts {}
    package enum Folds {}
    package enum Tokens {}
    package enum Tokenizer {}
    /// A backbone's weights.
    package enum Backbone {}
    /// What a fine-tune or a fit gives.
    package enum Model {}
    package enum Predictions {}
    package enum PseudoLabels {}
    package enum Features {}
    /// The leading directions of embeddings.
    package enum Directions {}
    /// The weights of an average, fitted without each fold and on all of them.
    package enum AverageWeights {}
    /// The coefficients of a method of the constraint, fitted without each fold and on all of them.
    package enum Coefficients {}
    package enum Evaluation {}
    package enum Report {}
    package enum Submission {}
}

/// Inputs by name, those that are there.
func sources(_ inputs: KeyValuePairs<String, Source?>) -> [String: Source] {
    var result: [String: Source] = [:]
    for (name, source) in inputs { result[name] = source }
    return result
}
