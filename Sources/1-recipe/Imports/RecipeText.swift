// An experiment as the recipe that a person would write: short, in the usual order, with remarks where one should look.

/// Writes an experiment as YAML.
struct RecipeText {
    let experiment: Experiment
    /// Lines before everything else, without `#`.
    let heading: [String]
    /// What to look at: one remark each.
    let remarks: [String]
    let schema: String

    static let width = 120

    var text: String {
        var text = "# yaml-language-server: $schema=\(schema)\n"
        for line in heading { text += Self.comment(line) }
        if !remarks.isEmpty { text += "# Look at these, then delete them here:\n" }
        for remark in remarks { text += Self.comment("- \(remark)", continued: "  ") }
        text += "recipe: \(Literal.text(experiment.name).yaml)\n\n"
        text += data + "\n" + folds + "\nmodels:\n"
        for model in experiment.models { text += self.model(model) }
        return text
    }

    // MARK: - Sections

    private var data: String {
        var text = "data:\n  train: \(Literal.text(experiment.train).yaml)\n"
        if let test = experiment.test {
            text += "  test: \(Literal.text(test).yaml)\n"
        } else {
            text += "  # test: test.csv                # the table to predict, if there is one\n"
        }
        var columns: [String] = []
        for path in RecipePaths.data where path.hasPrefix("data.columns.") {
            guard let value = experiment.data[path] else { continue }
            columns.append("\(path.dropFirst("data.columns.".count)): \(value.yaml)")
        }
        text += Self.flow("  columns: ", columns)
        if case .list(let labels)? = experiment.data["data.labels"] {
            text += Self.flow("  labels: ", labels.map(\.yaml), brackets: ("[", "]"))
        }
        if let template = experiment.data["data.template"] { text += "  template: \(template.yaml)\n" }
        return text
    }

    private var folds: String {
        let hasScores = experiment.models.contains { $0.fit.contains(.folds) }
        let note =
            (hasScores
                ? "" : "# A model that is fitted on all rows alone has no score; `fit: [folds, full]` gives it one.\n")
            + "# Where rows belong together, use stratified-group-k-fold and columns.group."
        return "\(note)\nfolds: {kind: stratified-k-fold, count: \(experiment.folds ?? 5)}\n"
    }

    private func model(_ model: ImportedModel) -> String {
        var lines: [(key: String, members: [String], brackets: (String, String)?)] = []
        if let like = model.like { lines.append(("like", [Literal.text(like).yaml], nil)) }
        for path in RecipePaths.model {
            guard let value = model.written[path.path] else { continue }
            let parts = path.path.split(separator: ".").map(String.init)
            if parts.count == 1 {
                lines.append((parts[0], [value.yaml], nil))
            } else if let last = lines.indices.last, lines[last].key == parts[0], lines[last].brackets != nil {
                lines[last].members.append("\(parts[1]): \(value.yaml)")
            } else {
                lines.append((parts[0], ["\(parts[1]): \(value.yaml)"], ("{", "}")))
            }
        }
        if model.writesSeeds { lines.append(("seeds", model.seeds.map(String.init), ("[", "]"))) }
        if model.writesFit { lines.append(("fit", model.fit.map(\.rawValue), ("[", "]"))) }
        if model.like != nil {
            let members = lines.map {
                "\($0.key): \($0.brackets?.0 ?? "")\($0.members.joined(separator: ", "))\($0.brackets?.1 ?? "")"
            }
            let line = "  \(model.name): {\(members.joined(separator: ", "))}"
            if line.count <= Self.width { return line + "\n" }
        }
        var text = "  \(model.name):\n"
        for line in lines {
            if let brackets = line.brackets {
                text += Self.flow("    \(line.key): ", line.members, brackets: brackets)
            } else {
                text += "    \(line.key): \(line.members[0])\n"
            }
        }
        return text
    }

    // MARK: - Lines

    /// A flow collection on one line, or on several where one is too narrow.
    static func flow(_ start: String, _ members: [String], brackets: (String, String) = ("{", "}")) -> String {
        var lines = [start + brackets.0]
        let indent = String(repeating: " ", count: start.count + 1)
        for (place, member) in members.enumerated() {
            let piece = member + (place == members.count - 1 ? brackets.1 : ",")
            let isFirst = lines[lines.count - 1].hasSuffix(brackets.0) && place == 0
            if !isFirst, lines[lines.count - 1].count + 1 + piece.count > width {
                lines.append(indent + piece)
            } else {
                lines[lines.count - 1] += (isFirst ? "" : " ") + piece
            }
        }
        if members.isEmpty { lines[0] += brackets.1 }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A comment of any length, in lines of the usual width.
    static func comment(_ text: String, continued indent: String = "") -> String {
        var lines = ["#"]
        for word in text.split(whereSeparator: \.isWhitespace) {
            if lines[lines.count - 1].count + 1 + word.count > width, lines[lines.count - 1].count > 3 {
                lines.append("# \(indent)\(word)")
            } else {
                lines[lines.count - 1] += " \(word)"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
