// Whether a sample submission has a column for each label. Knows its first line alone.

internal import Diagnostics
internal import Nodes

struct SampleChecks {
    let recipe: Recipe
    let tree: Node

    /// The finding on a header that the submission cannot have; nil where it can.
    func finding(_ header: [String]) -> Finding? {
        guard let place = tree.value(at: ["submission", "sample"]) else { return nil }
        let labels = recipe.data.labels
        let shown = Self.shown(header)
        guard header.count == labels.count + 1 else {
            let help =
                header.count == 2
                ? "where one column is wanted, such as the probability of \"\(labels[labels.count - 1])\": remove `sample`, and take its column from the submission"
                : "a sample has the column of the ids, then one for each of \(Self.shown(labels))"
            return Finding(
                "sample-mismatch",
                "the sample has \(header.count) columns (\(shown)), and a submission with \(labels.count) labels \(labels.count + 1)",
                at: place.span, notes: labelNotes, help: help)
        }
        let named = header.dropFirst().map { Self.label(of: $0, among: labels) }
        guard Set(named.compactMap { $0 }).count < labels.count else { return nil }
        let strays = zip(header.dropFirst(), named).filter { $0.1 == nil }.map(\.0)
        return Finding(
            "sample-mismatch",
            strays.isEmpty
                ? "two columns of the sample (\(shown)) name one label"
                : "no label is named by \(Self.shown(strays)) of the sample, so nobody knows whose probabilities belong there",
            at: place.span, notes: labelNotes,
            help:
                "each column but the first is called as its label, or ends with _ and the label: \(Self.shown(labels))")
    }

    private var labelNotes: [Finding.Note] {
        tree["data"]?["labels"].map { [.init("the labels stand here", at: $0.span)] } ?? []
    }

    /// The label that a column names: the column is the label, or ends with it after a mark. Of several the longest.
    static func label(of column: String, among labels: [String]) -> String? {
        let name = column.lowercased()
        return labels.filter { label in
            let label = label.lowercased()
            guard name != label else { return true }
            guard name.hasSuffix(label), let before = name.dropLast(label.count).last else { return false }
            return !before.isLetter && !before.isNumber
        }.max { $0.utf8.count < $1.utf8.count }
    }

    private static func shown(_ names: [String]) -> String {
        let shown = names.prefix(8).map { $0.count > 40 ? $0.prefix(39) + "…" : $0 }.joined(separator: ", ")
        return names.count > 8 ? shown + ", ..." : shown
    }
}
