// `ingest`: a table of the user's as rows and texts, checked.

internal import Digests
internal import Formats
package import Recipes
internal import Targets

package struct IngestStep: TypedStep {
    package static let kind = StepKind(
        "ingest", demand: .process,
        outputs: [
            "rows", "texts", .sometimes("extra", "where the recipe names extra columns"),
            .sometimes("order", "where a column says the folds"),
        ],
        "Reads a table, checks it, and parts what is trained on from the texts.")

    package struct Outputs: Sendable {
        package let rows: Artifact<Content.Rows>
        package let texts: Artifact<Content.Texts>
        package let extra: Artifact<Content.Extra>
        /// There where a column says the folds.
        let order: Artifact<Content.Order>
    }
    package enum Role: String, CaseIterable, Sendable { case train, test }

    package let data: DataSection
    package let role: Role
    /// The column that says the folds; of the training table alone.
    var foldColumn: String?
    let table: Artifact<Content.UserFile>
    /// The training texts, which the test table is held against: a question that stands in both is worth a warning.
    let reference: Artifact<Content.Texts>?

    /// The keys of a recipe's columns that name one column each.
    private static let single = ["id", "prompt", "answer", "label", "group", "weight"]

    package static let parameters: [Parameter<Self>] = [
        Parameter(
            "format", schema: ["enum": .array(TableFormat.allCases.map { .string($0.rawValue) })],
            "The form of the table."
        ) {
            .string(TableFormat(path: $0.path)?.rawValue ?? "")
        },
        Parameter(
            "columns",
            schema: [
                "type": "object", "additionalProperties": false,
                "properties": .object(
                    Dictionary(uniqueKeysWithValues: single.map { ($0, ["type": ["string", "null"]]) })),
            ],
            "The table's column for id, prompt, answer, group, label and weight; null where there is none."
        ) { step in
            let columns = step.data.columns
            let texts = columns.texts
            return [
                "id": JSON(columns.id), "prompt": JSON(texts.areShort ? texts["prompt"] : nil),
                "answer": JSON(texts.areShort ? texts["answer"] : nil), "group": JSON(columns.group),
                "label": step.role == .train && step.labelColumns == nil ? .string(columns.label) : .null,
                "weight": step.role == .train ? JSON(columns.weight) : .null,
            ]
        },
        Parameter(
            name: "texts",
            about: "The columns of the texts by their names, where they are not answer and prompt alone.",
            schema: ["type": "object", "additionalProperties": ["type": "string"]], isRequired: false, asBefore: .null
        ) { step in
            let texts = step.data.columns.texts
            guard !texts.areShort else { return nil }
            return .object(
                Dictionary(texts.all.map { ($0.name, .string($0.column)) }, uniquingKeysWith: { first, _ in first }))
        },
        Parameter(
            "extra", \.data.columns.extra, .list(of: .text()), asBefore: [],
            "Columns of numbers and categories, which are kept as they are written."),
        Parameter(
            "labels", \.data.outputs, .list(of: .text()),
            "The labels, in the order of their numbers; or the columns of what is predicted."),
        Parameter("target", \.data.kind, .choice, asBefore: .classes, "What is predicted."),
        Parameter(
            "label-columns", optional: \.labelColumns, .list(of: .text()),
            "The columns that hold what is predicted, where that is not one column of labels."),
        Parameter("role", \.role, .choice, "train: with labels; test: without."),
        Parameter(
            "constraint", nullable: \.data.constraint, .choice,
            "What holds of each group's labels; a table that breaks it is worth a warning."),
        Parameter("fold-column", optional: \.foldColumn, .text(), "The column that says each row's fold."),
    ]

    /// Nil for one column of labels, and for a table to predict.
    private var labelColumns: [String]? {
        role == .train && (!data.target.form.isOfOneLabel || data.columns.labels.count > 1) ? data.columns.labels : nil
    }

    private var path: String { role == .train ? data.train : data.test ?? "" }

    package static let inputs: [Input<Self>] = [
        Input("table", \.table, "The table."),
        Input(
            "reference", optional: \.reference,
            "For a test table the training texts, for warnings of questions in both."),
    ]

    package static func outputs(of step: Int) -> Outputs {
        Outputs(
            rows: Artifact(step, "rows"), texts: Artifact(step, "texts"), extra: Artifact(step, "extra"),
            order: Artifact(step, "order"))
    }

    package func sights(in lineage: Lineage) -> [String: Sight] { role == .train ? ["rows": .labels] : [:] }
}
