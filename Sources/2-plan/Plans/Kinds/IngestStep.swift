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
            .sometimes("groups", "where rows of other tables may be of the same groups"),
        ],
        "Reads a table, checks it, and parts what is trained on from the texts.")

    package struct Outputs: Sendable {
        package let rows: Artifact<Content.Rows>
        package let texts: Artifact<Content.Texts>
        package let extra: Artifact<Content.Extra>
        /// There where a column says the folds.
        let order: Artifact<Content.Order>
        /// There where it is asked for.
        let groups: Artifact<Content.GroupNames>
    }
    package enum Role: String, CaseIterable, Sendable {
        case train, test, validation

        var hasLabels: Bool { self != .test }
    }

    package let data: DataSection
    package let role: Role
    /// The column that says the folds; of the training table alone.
    var foldColumn: String?
    /// Whether its values are times.
    var isTime = false
    /// Where it is none of the recipe's roles but a further training table.
    var further: String?
    /// Whether the groups' names are told, for other tables of the same groups.
    var namesGroups = false
    let table: Artifact<Content.UserFile>
    /// Where the table is several files, those after the first, by their numbers: 2 and on.
    var parts: [String: Artifact<Content.UserFile>] = [:]
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
                "label": step.role.hasLabels && step.labelColumns == nil ? .string(columns.label) : .null,
                "weight": step.role.hasLabels ? JSON(columns.weight) : .null,
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
        Parameter(
            "label-pieces", schema: Parameter<Self>.templateSchema, required: false,
            "The columns that a label is put together from, and the texts between, where it does not stand in one."
        ) { $0.role.hasLabels ? $0.data.columns.joinedLabel?.json : nil },
        Parameter("role", \.role, .choice, "train, and validation: with labels; test: without."),
        Parameter(
            "constraint", nullable: \.data.constraint, .choice,
            "What holds of each group's labels; a table that breaks it is worth a warning."),
        Parameter("fold-column", optional: \.foldColumn, .text(), "The column that says each row's fold, or its time."),
        Parameter("group-names", \.namesGroups, .boolean, asBefore: false, "Whether the names of groups are told."),
        Parameter("times", \.isTime, .boolean, asBefore: false, "Whether that column has times."),
    ]

    /// Nil for one column of labels, and for a table to predict.
    private var labelColumns: [String]? {
        role.hasLabels && (!data.target.form.isOfOneLabel || data.columns.labels.count > 1) ? data.columns.labels : nil
    }

    private var path: String { further ?? data.path(of: role) }

    package static let inputs: [Input<Self>] = [
        Input("table", \.table, "The table, or its first file."),
        Input(each: "part.", \.parts, of: "number", "Its further files, from 2 on, whose rows follow in that order."),
        Input(
            "reference", optional: \.reference,
            "For a test table the training texts, for warnings of questions in both."),
    ]

    package static func outputs(of step: Int) -> Outputs {
        Outputs(
            rows: Artifact(step, "rows"), texts: Artifact(step, "texts"), extra: Artifact(step, "extra"),
            order: Artifact(step, "order"), groups: Artifact(step, "groups"))
    }

    package func sights(in lineage: Lineage) -> [String: Sight] { role.hasLabels ? ["rows": .labels] : [:] }
}

extension DataSection {
    /// The table of a role, as the recipe names it.
    func path(of role: IngestStep.Role) -> String {
        switch role {
        case .train: train
        case .test: test ?? ""
        case .validation: validation ?? ""
        }
    }
}
