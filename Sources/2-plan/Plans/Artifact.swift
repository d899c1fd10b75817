// What a step's input is and where its content comes from.

internal import Digests

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

    /// Two files are one where the bytes of their names are: what differs in Unicode normalization alone is another file.
    package static func == (left: Source, right: Source) -> Bool {
        switch (left, right) {
        case (.output(let step, let name), .output(let other, let its)): step == other && name == its
        case (.file(let path, let name), .file(let other, let its)): path.isExactly(other) && name.isExactly(its)
        case (.folder(let path, let name, let part), .folder(let other, let its, let its2)):
            path.isExactly(other) && name.isExactly(its) && part == its2
        case (.hub(let repository, let revision, let part), .hub(let other, let its, let its2)):
            repository == other && revision == its && part == its2
        default: false
        }
    }

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

/// What an artifact holds, with the name that docs/worker-protocol.md has for its form. No value of such a type exists.
protocol NamedContent: Sendable { static var name: String { get } }

package enum Content {
    /// A table, a sample submission or a script of the user's.
    package enum UserFile: NamedContent { static let name = "file" }
    /// A folder with one table for a program.
    package enum Table: NamedContent { static let name = "table" }
    /// The rows of a table without their texts.
    package enum Rows: NamedContent { static let name = "rows" }
    package enum Texts: NamedContent { static let name = "texts" }
    /// The cells of a table's extra columns.
    package enum Extra: NamedContent { static let name = "extra" }
    package enum Folds: NamedContent { static let name = "folds" }
    /// The values of the group column, in the order of the groups' numbers.
    package enum GroupNames: NamedContent { static let name = "groups" }
    /// Which of several tables each row is of.
    package enum Parts: NamedContent { static let name = "parts" }
    /// The values of a column in their order, and where each row stands among them.
    package enum Order: NamedContent { static let name = "order" }
    package enum Tokens: NamedContent { static let name = "tokens" }
    package enum Tokenizer: NamedContent { static let name = "tokenizer" }
    /// A backbone's weights.
    package enum Backbone: NamedContent { static let name = "backbone" }
    /// What a fine-tune or a fit gives.
    package enum Model: NamedContent { static let name = "model" }
    package enum Predictions: NamedContent { static let name = "predictions" }
    package enum PseudoLabels: NamedContent { static let name = "pseudo-labels" }
    package enum Features: NamedContent { static let name = "features" }
    /// The leading directions of embeddings.
    package enum Directions: NamedContent { static let name = "directions" }
    /// The weights of an average, fitted without each fold and on all of them.
    package enum AverageWeights: NamedContent { static let name = "weights" }
    /// The coefficients of a method of the constraint, fitted without each fold and on all of them.
    package enum Coefficients: NamedContent { static let name = "coefficients" }
    package enum Evaluation: NamedContent { static let name = "evaluation" }
    /// Tables in the submission's form, the truth and what is predicted, and which rows are scored together.
    package enum Sheets: NamedContent { static let name = "sheets" }
    /// What a metric file gave.
    package enum MetricValues: NamedContent { static let name = "values" }
    package enum Report: NamedContent { static let name = "report" }
    package enum Submission: NamedContent { static let name = "submission" }
}
