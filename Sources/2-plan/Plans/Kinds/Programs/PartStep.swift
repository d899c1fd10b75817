// `part`: a table as a program is handed it: the rows it learns from, and apart from them, without labels, those it predicts.

internal import Digests
internal import Formats
internal import Recipes

package struct PartStep: TypedStep {
    package static let kind = StepKind(
        "part", demand: .process,
        outputs: [
            "predicted", .sometimes("train", "of a fold"), .sometimes("folds", "of a fold"),
            .sometimes("rows", "of a fold"),
        ],
        "Parts a table for a program: the rows to predict without their labels, and the others.")

    /// Folders with one table each, named as what it is.
    package struct Outputs: Sendable {
        /// The rows to predict: `valid` of a fold, `test` of all rows.
        package let predicted: Artifact<Content.Table>
        /// Of a fold alone: the rows of the other folds, the fold of each id, and the ids of the rows to predict with their numbers.
        package let train: Artifact<Content.Table>
        package let folds: Artifact<Content.Table>
        package let rows: Artifact<Content.Rows>
    }

    let data: DataSection
    /// The fold whose rows are to be predicted; nil for all rows of the test table.
    let fold: Int?
    let rowsOfTable: Artifact<Content.Rows>
    let allFolds: Artifact<Content.Folds>?
    let table: Artifact<Content.UserFile>
    /// The test table beside the training table, and the other way round.
    let other: Artifact<Content.UserFile>?

    private static let formats: JSON = ["enum": .array(TableFormat.allCases.map { .string($0.rawValue) })]

    package static let parameters: [Parameter<Self>] = [
        Parameter("format", schema: formats, "The form of the table.") { .string(format($0.own)) },
        Parameter("other-format", schema: formats, required: false, "The form of the other table.") { step in
            step.other == nil ? nil : .string(format(step.fold == nil ? step.data.train : step.data.test ?? ""))
        },
        Parameter("id", nullable: \.data.columns.id, .text(), "The column of the ids; null where rows are numbered."),
        Parameter("secret", \.secret, .list(of: .text()), "The columns of the labels, which no row to predict has."),
        Parameter(
            "kept", \.kept, .list(of: .text(), minimum: 0),
            "The columns that rows to predict keep where there is no other table; else those that both have."),
        .fold(\.fold, "The fold whose rows are to be predicted; null for all rows."),
    ]

    private var own: String { fold == nil ? data.test ?? "" : data.train }
    private var secret: [String] { data.columns.labelSources }
    private var kept: [String] {
        let columns = data.columns
        var names: [String] = []
        let given = [columns.id].compactMap { $0 } + columns.texts.columns + [columns.group].compactMap { $0 }
        for name in given + columns.extra
        where !names.contains(name) { names.append(name) }
        return names
    }

    /// The ending of a table's name that says its form.
    static func format(_ path: String) -> String { TableFormat(path: path)?.rawValue ?? "" }

    package static let inputs: [Input<Self>] = [
        Input("table", \.table, "The table that is parted."),
        Input("other", optional: \.other, "The test table beside the training table, and the other way round."),
        Input("rows", \.rowsOfTable, "The ids of the table's rows."),
        Input("folds", optional: \.allFolds, "Unless `fold` is null."),
    ]

    package static func outputs(of step: Int) -> Outputs {
        Outputs(
            predicted: Artifact(step, "predicted"), train: Artifact(step, "train"), folds: Artifact(step, "folds"),
            rows: Artifact(step, "rows"))
    }

    /// The rows to predict have no label, so that what is made of them and of the others has seen the others' alone.
    package func sights(in lineage: Lineage) -> [String: Sight] {
        fold == nil ? [:] : ["train": .whole(lineage.fitted(without: fold, teacher: nil))]
    }
}
