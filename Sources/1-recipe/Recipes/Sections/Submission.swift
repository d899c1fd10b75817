// The `submission` section: the file that is sent in.

package struct Submission: Sendable {
    package var from = ""
    package var path = "submission.csv"
    package var sample: String?
    package var leaderboard: Double?

    static let declaration = Declaration(
        "The file of test probabilities.", initial: { Submission() },
        keys: [
            Key(
                "from", \.from, .text(), required: true, "The model or stack entry whose test predictions are written."),
            Key("path", \.path, .text(), "Where the file goes, from the recipe's folder."),
            Key(
                "sample", optional: \.sample, .text(),
                "A sample submission: gives the column names and the order of the rows. Columns that are named after the labels (0, target_0) are theirs in whatever order they stand; where no name holds a label, they are taken in the order of data.labels; anything else is refused."
            ),
            Key(
                "leaderboard", optional: \.leaderboard, .number(-1e9...1e9),
                "The score that the submission got; the logbook shows it beside the scores of `from`. `ablate note` keeps scores of any result, and of which predictions they are."
            ),
        ])
}
