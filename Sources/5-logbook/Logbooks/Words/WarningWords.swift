// What steps warn of, in words: their own, and those for labels that no model could learn.

package import Results
internal import Words

extension StepWarning {
    package var text: String {
        switch finding {
        case .recorded(let text): text
        case .unseen(let label, let name):
            label.fold == nil
                ? "\(label.clause(name)): nothing is learnt of it" : UnseenLabel.consequence([label.clause(name)])
        }
    }
}

extension UnseenLabel {
    /// `label c stands in fold 1 alone (30 rows)`.
    func clause(_ name: String) -> String {
        guard let fold else { return "no row of the training table that counts has the label \(name)" }
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
