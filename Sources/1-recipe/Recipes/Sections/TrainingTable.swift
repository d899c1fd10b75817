// A further training table: where it is, whether its rows are scored, what they weigh, how they are folded.

package struct TrainingTable: Sendable, Hashable {
    package var file = ""
    package var isScored = true
    package var weight = 1.0
    package var folds: FoldKind?

    static let declaration = Declaration(
        "A further labelled table, with the columns of the first.", initial: { TrainingTable() },
        keys: [
            Key("file", \.file, .table, required: true, "The table: csv, jsonl or parquet, from the recipe's folder."),
            Key(
                "scored", \.isScored, .boolean,
                "false: its rows are trained on and never scored. One that asks what a row of a fold asks, or is of its group, is not trained on by the model of that fold."
            ),
            Key(
                "weight", \.weight, .number(1e-6...1e6),
                "What each of its rows counts beside one of the first table, in training and in scores."),
            Key(
                "folds", optional: \.folds, .choice,
                "How its rows are dealt, where that is otherwise than by folds.kind; a kind that deals."),
        ])
}

extension ValueShape where Value == [TrainingTable] {
    /// At least one table, each file once.
    static var trainingTables: Self { .list(of: TrainingTable.declaration.shape) }
}
