// The `submission` section: the file that is sent in.

internal import Formats

package struct Submission: Sendable {
    package var from = ""
    package var path = "submission.csv"
    package var sample: String?
    package var form: String?
    package var leaderboard: Double?

    static let declaration = Declaration(
        "The file of test probabilities.", initial: { Submission() },
        keys: [
            Key(
                "from", \.from, .text(), required: true, "The model or stack entry whose test predictions are written."),
            Key("path", \.path, .text(), "Where the file goes, from the recipe's folder."),
            Key(
                "sample", optional: \.sample, .text(),
                "A sample submission: gives the column names, the order of the rows, and what their cells hold: probabilities, one of two labels' probability, a label, a list of labels, or a line for each id and label. Columns that are named after the labels (0, target_0) are theirs in whatever order they stand; where no name holds a label, they are taken in the order of data.labels; anything else is refused."
            ),
            Key(
                "form", optional: \.form,
                .text(
                    pattern: "^(probabilities|label|one-hot|ranks|ranked@[1-9][0-9]{0,2})$",
                    wanted: "one of \(SubmissionCells.words.joined(separator: ", "))"
                ) { SubmissionCells($0) != nil },
                "What the cells hold. probabilities: those of each label, or in a single column that of one of two; label: the predicted label; one-hot: 1 in its column, else 0; ranks: each label's place, the most probable is 1; ranked@K: the K most probable labels in one cell, parted by blanks. By default what the sample's cells tell; without a sample, probabilities."
            ),
            Key(
                "leaderboard", optional: \.leaderboard, .number(-1e9...1e9),
                "The score that the submission got; the logbook shows it beside the scores of `from`. `ablate note` keeps scores of any result, and of which predictions they are."
            ),
        ])
}
