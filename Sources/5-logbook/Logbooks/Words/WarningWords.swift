// What steps warn of, in words: their own, and those for labels that no model could learn.

package import Results
internal import Scores
internal import Words

extension StepWarning {
    package var text: String {
        switch finding {
        case .recorded(let text): text
        case .absent(let names):
            "\(UnseenLabel.absent(names)): nothing is learnt of \(names.count == 1 ? "it" : "them")"
        case .unseen(let label, let name): UnseenLabel.consequence([label.clause(name)])
        case .rare(let label, let name): label.sentence(name)
        }
    }
}

extension RareLabel {
    /// What the few rows mean for what is said of them.
    func sentence(_ name: String) -> String {
        let places = folds.map(String.init).joined(separator: ", ")
        return
            "label \(name) has \(Format.count(rows, "row")), fewer than the \(foldCount) folds, and stands in folds \(places) alone: the scores of the other folds say nothing of it; in the score of all rows it counts as \(rows) of \(scoredRows), and a metric that counts classes alike, such as f1-macro or balanced-accuracy, rests on these few rows as much as on any other class"
    }
}

extension UnseenLabel {
    /// That no row has these labels, however many there are.
    fileprivate static func absent(_ names: [String]) -> String {
        let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? " and \(names.count - 6) more" : "")
        return "no row of the training table that counts has the label\(names.count == 1 ? "" : "s") \(shown)"
    }

    /// `label c stands in fold 1 alone (30 rows)`.
    func clause(_ name: String) -> String {
        guard let fold else { return Self.absent([name]) }
        if comesLater { return "label \(name) has no row before fold \(fold) (\(Format.count(rows, "row")) there)" }
        return "label \(name) stands in fold \(fold) alone (\(Format.count(rows, "row")))"
    }

    /// What follows from some, as a sentence about the rows; nil where every row's label could be learnt.
    static func consequence(_ unseen: [UnseenLabel], _ labels: [String]) -> String? {
        let alone = unseen.filter { $0.fold != nil }
        return alone.isEmpty ? nil : consequence(alone.map { $0.clause($0.name(labels)) })
    }

    fileprivate static func consequence(_ clauses: [String]) -> String {
        "\(clauses.joined(separator: ", ")): the models that are scored there were trained without it, so rankings and comparisons leave these rows out; a metric that is not defined without them ranks by all rows, and compares nothing"
    }
}
