// Whether a sample submission has a column for each label. Knows its first line alone.

internal import Diagnostics
internal import Formats
internal import Nodes

extension FindingRule {
    static let sampleMismatch = FindingRule(
        "sample-mismatch", .names, "The columns of the sample submission are not one for each label.",
        "Its header becomes that of the submission, in its order.")
}

struct SampleChecks {
    let recipe: Recipe
    let tree: Node

    /// The finding on a header that the submission cannot have; nil where it can.
    func finding(_ header: [String]) -> Finding? {
        guard let place = tree.value(at: ["submission", "sample"]) else { return nil }
        let labels = recipe.data.labels
        if header.isEmpty
            || header.contains(where: { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } })
        {
            return Finding(
                .sampleMismatch,
                header.isEmpty
                    ? "the sample's first line is no line of a CSV in UTF-8"
                    : "the sample's header holds control characters",
                at: place.span, notes: labelNotes,
                help: "save it as CSV in UTF-8, with the column of the ids and one for each label")
        }
        let shown = Self.shown(header)
        guard header.count == labels.count + 1 else {
            let help =
                header.count == 2
                ? "where one column is wanted, such as the probability of \"\(labels[labels.count - 1])\": remove `sample`, and take its column from the submission"
                : "a sample has the column of the ids, then one for each of \(Self.shown(labels))"
            return Finding(
                .sampleMismatch,
                "the sample has \(header.count) columns (\(shown)), and a submission with \(labels.count) labels \(labels.count + 1)",
                at: place.span, notes: labelNotes, help: help)
        }
        do {
            let id = recipe.data.columns.id ?? "id"
            _ = try SampleColumns(header: header, labels: labels, id: id, name: "the sample")
            return nil
        } catch {
            return Finding(.sampleMismatch, "\(error)", at: place.span, notes: labelNotes)
        }
    }

    private var labelNotes: [Finding.Note] {
        tree["data"]?["labels"].map { [.init("the labels stand here", at: $0.span)] } ?? []
    }

    private static func shown(_ names: [String]) -> String {
        let shown = names.prefix(8).map { $0.count > 40 ? $0.prefix(39) + "…" : $0 }.joined(separator: ", ")
        return names.count > 8 ? shown + ", ..." : shown
    }
}
