// The model kind `predictions`: made elsewhere, and brought as files. It is fitted on nothing here.

internal import Diagnostics
internal import Digests
internal import Nodes

package struct PredictionsModel: Sendable, ModelSection {
    var like: String?
    package var files = PredictionFiles()

    package var template: Template? { nil }
    package var fit: ModelFit { [.folds] }
    package var pseudoLabels: PseudoLabelling { .off }
    package var effectiveSeeds: [Int?] { [nil] }
    package var predictsTest: Bool { files.test != nil }
    /// There is one of it for all folds, so that each fold's labels may be in what it says of the test.
    package var teaches: Bool { false }
    package var words: String { "predictions of \(files.oof)" }

    static let declaration = Declaration(
        "Predictions made elsewhere.", initial: { PredictionsModel() },
        keys: [
            Model.like(\.like),
            Key("predictions", \.files, PredictionFiles.declaration.shape, PredictionFiles.declaration.about),
        ])
}

/// The files of predictions that somebody brings.
package struct PredictionFiles: Sendable {
    package var oof = ""
    package var test: String?
    package var folds: String?
    package var labels: CustomStep.Labels?

    /// A form of file that predictions come in, by the ending of its name.
    package enum Format: String, CaseIterable, Sendable { case csv, jsonl, parquet, npy, safetensors }

    static let declaration = Declaration(
        "Predictions made elsewhere. A .csv, .jsonl or .parquet table has the ids in the column data.columns.id (`id` where there is none) and a column for each label, named as the label or LABELCOLUMN_LABEL, and its rows in any order; .npy is an array of rows and labels in the order of the table; .safetensors is as ablate's own.",
        initial: { PredictionFiles() },
        keys: [
            Key(
                "oof", \.oof, .predictions, required: true,
                "Out-of-fold predictions: the probabilities of every training row."),
            Key("test", optional: \.test, .predictions, "The probabilities of every test row."),
            Key(
                "folds", optional: \.folds, .table,
                "The folds that they were made with, as a table of the ids and a column `fold`: they must be the recipe's, whatever their numbers."
            ),
            Key(
                "labels", optional: \.labels, .choice,
                "What the predictions have seen of the labels. cross-fitted: those of a row come from a model that never saw a label of its fold, by the recipe's folds; unused: no label at all; in-sample, or left out: any of them, so that nothing may be fitted on them or scored by them."
            ),
        ])

    /// Where in the tree of a model files are named.
    static let places = ["oof", "test", "folds"].map { ["predictions", $0] }

    package static func format(of path: String) -> Format? {
        path.lastIndex(of: ".").flatMap { Format(rawValue: path[path.index(after: $0)...].lowercased()) }
    }
}

extension ValueShape where Value == String {
    fileprivate static var predictions: Self {
        // As the endings of tables: in capitals or not.
        let endings = PredictionFiles.Format.allCases.map { format in
            format.rawValue.map { "[\($0)\($0.uppercased())]" }.joined()
        }
        return .text(
            pattern: "\\.(\(endings.joined(separator: "|")))$",
            wanted: "the path of a .csv, .jsonl, .parquet, .npy or .safetensors file"
        ) {
            PredictionFiles.format(of: $0) != nil
        }
    }
}
