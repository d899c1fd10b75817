// What a worker is asked for outside any plan. Declared as the kinds of steps are, so that no name stands twice.

internal import Digests
internal import Recipes

/// A kind of work that is no step: nothing of it goes into the store.
package protocol WorkerTask: Parametrised {
    static var name: String { get }
    static var about: String { get }
    static var inputs: [InputDescription] { get }
    static var outputs: [OutputDescription] { get }
}

extension WorkerTask {
    package static var inputs: [InputDescription] { [] }
    package static var outputs: [OutputDescription] { [] }
}

/// Every task, in the order in which the worker names them.
package enum WorkerTasks {
    package static let declared: [any WorkerTask.Type] = [
        ExportTask.self, PublishTask.self, ConvertTask.self, FetchTask.self,
    ]
}

package struct FetchTask: WorkerTask {
    package static let name = "fetch"
    package static let about = "Fetches a repository of the hub into the local cache."
    let repository: String
    let revision: String?
    let withCode: Bool

    package init(repository: String, revision: String?, withCode: Bool) {
        (self.repository, self.revision, self.withCode) = (repository, revision, withCode)
    }

    package static let parameters: [Parameter<Self>] = [
        Parameter("repository", \.repository, .text(), "owner/name."),
        Parameter("revision", nullable: \.revision, .text(), "A branch, tag or commit; null for main."),
        Parameter("remote-code", \.withCode, .boolean, "Whether Python files that come with it are fetched, too."),
    ]
}

package struct ConvertTask: WorkerTask {
    package static let name = "convert"
    package static let about = "Turns a Parquet table into CSV, or a CSV table into Parquet."
    package static let inputs = [
        InputDescription("table", holds: "file", "Parquet, or CSV."),
        InputDescription(
            "original", holds: "file", isRequired: false, "Parquet, whose types and other columns are kept."),
    ]
    package static let outputs: [OutputDescription] = ["table"]
    package enum Form: String, CaseIterable, Sendable { case csv, parquet }
    let form: Form
    let numbers: [String]?
    let texts: [String]?

    /// - Parameters:
    ///   - numbers: The columns that are numbers, to Parquet.
    ///   - texts: To CSV: the columns that must be there; nil for all.
    package init(to form: Form, numbers: [String]? = nil, texts: [String]? = nil) {
        (self.form, self.numbers, self.texts) = (form, numbers, texts)
    }

    package static let parameters: [Parameter<Self>] = [
        Parameter("to", \.form, .choice, "The form that is asked for."),
        Parameter(
            "numbers", optional: \.numbers, .list(of: .text(), minimum: 0),
            "To Parquet: the columns that are numbers; the others are texts."),
        Parameter(
            "texts", optional: \.texts, .list(of: .text(), minimum: 0),
            "To CSV: the columns that must be texts or numbers; null for all. Any other of a type that no cell holds is left out."
        ),
    ]
}

package struct PublishTask: WorkerTask {
    package static let name = "publish"
    package static let about = "Gives a logbook to other tools."
    package static let inputs = [
        InputDescription("document", holds: "file", "JSON: `table` {columns, rows} and `runs`.")
    ]
    let parquet: [String]
    let tensorboard: String?
    let mlflow: String?

    package init(parquet: [String], tensorboard: String?, mlflow: String?) {
        (self.parquet, self.tensorboard, self.mlflow) = (parquet, tensorboard, mlflow)
    }

    package static let parameters: [Parameter<Self>] = [
        Parameter("parquet", \.parquet, .list(of: .text(), minimum: 0), "Files for the table of results."),
        Parameter("tensorboard", nullable: \.tensorboard, .text(), "A folder for event files."),
        Parameter("mlflow", nullable: \.mlflow, .text(), "The address of a tracking server."),
    ]
}

/// A fine-tune as a folder that plain transformers and peft load.
package struct ExportTask: WorkerTask {
    package static let name = "export"
    package static let about = "Writes a fine-tuned model as others load it."
    package static let inputs = [
        InputDescription("model", holds: "model", "What is exported."),
        InputDescription("backbone", holds: "backbone", isRequired: false, "Unless the model is complete."),
        InputDescription(
            "tokens", holds: "tokens", isRequired: false,
            "Rows to compare merged logits on, random ones without it; with `tokenizer`, made by it."),
        InputDescription("tokenizer", holds: "tokenizer", isRequired: false, "The files of the tokenizer."),
    ]
    package static let outputs: [OutputDescription] = ["export"]
    /// The parameters of the fine-tune, and of the step that made its tokens.
    private let fit: [String: JSON]
    private let tokens: [String: JSON]
    /// The parameters of a step that predicts with it.
    private let prediction: [String: JSON]
    private let merges: Bool
    private let labels: [String]
    private let base: String?
    private let revision: String?

    /// - Parameters:
    ///   - base: What the backbone is called, for whoever loads the folder; nil where it lies in the folder.
    package init(
        _ step: Step, tokens: Step?, prediction: Step?, merging: Bool, labels: [String],
        base: (name: String, revision: String?)?
    ) {
        fit = step.parameters.object ?? [:]
        self.tokens = tokens?.parameters.object ?? [:]
        self.prediction = prediction?.parameters.object ?? [:]
        (merges, self.labels, self.base, revision) = (merging, labels, base?.name, base?.revision)
    }

    package static let parameters: [Parameter<Self>] =
        same(
            FinetuneStep.parameters, except: ["training", "seed", "fold", "lora", "label-words", "swap"], required: true
        ) {
            $0.fit
        }
        + same(PredictStep.parameters.filter { $0.name == "swap" }, except: [], required: false) {
            $0.prediction
        } + [
            Parameter("merge", \.merges, .boolean, "Whether the adapters are merged into the weights, too."),
            Parameter("labels", \.labels, .list(of: .text()), "The labels, in the order of their numbers."),
            Parameter("base-model", optional: \.base, .text(), "What the backbone is called."),
            Parameter("base-revision", optional: \.revision, .text(), "The revision of the backbone."),
        ]
        + same(TokenizeStep.parameters, except: ["vocabulary", "mask", "words", "swapped"], required: false) {
            $0.tokens
        }

    /// Parameters of another kind, as a step of it has them.
    private static func same<Body>(
        _ parameters: [Parameter<Body>], except: Set<String>, required: Bool,
        _ values: @escaping @Sendable (Self) -> [String: JSON]
    ) -> [Parameter<Self>] {
        parameters.filter { !except.contains($0.name) }.map { own in
            Parameter(
                name: own.name, about: own.about, schema: own.schema, isRequired: required && own.isRequired,
                asBefore: own.asBefore
            ) { values($0)[own.name] }
        }
    }
}
