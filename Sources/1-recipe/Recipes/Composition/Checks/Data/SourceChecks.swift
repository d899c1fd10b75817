// Tables and columns that would give the labels away.

package import Diagnostics
internal import Formats
internal import Nodes

extension FindingRule {
    package static let labelLeak = FindingRule(
        "label-leak", .scores,
        "Predictions are used as out-of-fold for rows whose labels they have seen; the notes name the way.",
        "The score of such predictions says nothing about rows that nobody has seen. A warning where it may be meant.")
}

struct SourceChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        guard let data = tree["data"] else { return }
        let columns = recipe.data.columns
        let read = columns.texts.columns
        if let label = columns.labelSources.first(where: read.contains), let place = data["columns"]?["label"] {
            reading.report(
                Finding(
                    .conflictingKeys, "the column \"\(label)\" is both read and predicted", at: place.span,
                    help: "name the column of the labels alone"))
        }
        for (name, column, way) in [
            (
                "group", columns.group,
                "rows that share a group would share the label, and a fold would hold whole labels"
            ),
            ("weight", columns.weight, "the weights would tell the labels"),
        ] {
            guard let column, columns.labelSources.contains(column), let place = data["columns"]?[name] else {
                continue
            }
            reading.report(
                Finding(
                    .labelLeak, "the column \"\(column)\" holds the labels, and is read as \(name)",
                    at: place.span, notes: [.init(way)], help: "name another column, or leave \(name) out"))
        }
        let tables =
            recipe.data.trainFiles.map { ("train", $0) } + [recipe.data.test].compactMap(\.self).map { ("test", $0) }
        for (name, other) in tables {
            guard let own = recipe.data.validation, Self.plain(own) == Self.plain(other),
                let place = data["validation"]
            else { continue }
            reading.report(
                Finding(
                    .labelLeak,
                    "the validation table is the \(name == "train" ? "training" : "test") table, so that its rows are scored by what has seen them",
                    at: place.span, notes: data[name].map { [.init("it stands here", at: $0.span)] } ?? [],
                    help: "name another table"))
        }
        for (name, place) in zip(columns.extra, data["columns"]?["extra"]?.elements ?? [])
        where columns.labelSources.contains(name) {
            reading.report(
                Finding(
                    .labelLeak, "the column \"\(name)\" holds the labels, and is read as extra", at: place.span,
                    notes: [.init("a learner of the stack would read the label of the row it predicts")],
                    help: "leave it out"))
        }
        if let test = recipe.data.test, recipe.data.trainFiles.contains(where: { Self.plain($0) == Self.plain(test) }),
            let place = data["test"]
        {
            reading.report(
                Finding(
                    .labelLeak, "the test table is the training table, so models predict rows they were trained on",
                    at: place.span, notes: data["train"].map { [.init("trained on here", at: $0.span)] } ?? [],
                    help: "name another table, or leave data.test out: out-of-fold predictions are made of train anyway"
                ))
        }
    }

    /// The same of tables that are one by their content: asked of the files, where nothing else leaks already.
    func report(isSame: (_ path: String, _ other: String) -> Bool, _ reading: inout Reading) {
        guard let test = recipe.data.test, !reading.findings.contains(where: { $0.rule == .labelLeak }),
            let place = tree.value(at: ["data", "test"]), recipe.data.trainFiles.contains(where: { isSame($0, test) })
        else { return }
        reading.report(
            Finding(
                .labelLeak,
                "the test table is the training table under another name, so models predict rows they were trained on",
                at: place.span, severity: .warning, help: "name another table, or leave data.test out"))
    }

    private static func plain(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).filter { $0 != "." }.joined(separator: "/")
    }
}
