// The recipes that `ablate init` writes. Knows what a table looks like, not where it came from.

internal import Words

package enum RecipeTemplate: String, CaseIterable, Sendable {
    case classify, grouped
    case predictTheLLM = "predict-the-llm"

    /// What a table looks like.
    package init(fitting proposal: TableProposal?) {
        self = proposal?.isOneOfEach == true ? .predictTheLLM : proposal?.group != nil ? .grouped : .classify
    }

    /// The roles that the recipe must name a column for, and for which the table has none that looks like it: the recipe has a name
    /// there that no column has.
    package func undecided(_ proposal: TableProposal) -> [String] {
        let needsGroup = self != .classify && proposal.group == nil
        return [("answer", proposal.texts.isEmpty), ("label", proposal.target == nil), ("group", needsGroup)].filter(
            \.1
        )
        .map(\.0)
    }

    /// The recipe over a table; where nothing is known of it, with names for its writer to change.
    package func text(name: String, train: String, proposal: TableProposal?) -> String {
        let data = proposal.map { ProposedData(proposal: $0, template: self) }
        let kind = proposal?.target?.kind ?? .classes
        let isConstrained = data?.isConstrained ?? (self == .predictTheLLM)
        let hasGroup = data?.hasGroup ?? (self != .classify)
        let texts = proposal?.texts.map(\.name) ?? []
        let isShort = texts.allSatisfy { ["prompt", "answer"].contains($0) }
        let lengths = isShort ? "prompt: 256, answer: 768" : texts.map { "\($0): 256" }.joined(separator: ", ")
        var text = """
            # yaml-language-server: $schema=recipe.schema.json
            recipe: \(name)
            about: \(Self.question(kind))

            data:
              train: \(YAMLText.scalar(train))

            """
        text += data?.text ?? blank
        if isConstrained {
            text += "  constraint: one-of-each            # every group holds each label exactly once\n"
        }
        if !isShort {
            text += "  template: \"\(texts.map { "\($0): {\($0)}" }.joined(separator: "; "))\"\n"
        } else if texts.contains("prompt") || proposal == nil && self != .classify {
            text += "  template: \"Question: {prompt}; Answer: {answer}\"\n"
        }
        text += "\n" + (data?.folds ?? Self.folds(kind: Self.dealing(kind, hasGroup: hasGroup))) + "\n"
        if kind == .number, proposal?.target?.columns.count ?? 1 > 1 { text += "\nmetrics: [mcrmse, rmse]\n" }
        text += """

            models:
              words:                             # a baseline without a GPU, in seconds
                tfidf: {analyzer: word, ngrams: [1, 2]}
              mistral:
                backbone: mistralai/Mistral-7B-v0.1   # fetched by the first run; or a folder, such as ./backbone
                quantization: nf4
                lora: {rank: 16, alpha: 32, dropout: 0.05}
                lengths: {\(lengths)}
                training: {epochs: 3, batch: 16, learning-rate: 1.0e-4}
                seeds: [1]

            stack:
              blend: {average: [words, mistral]}

            """
        if isConstrained { text += "  final: {optimize: blend}\n" }
        if kind == .ordinal {
            text += "  final: {optimize: blend, method: thresholds}   # cut points with the best quadratic kappa\n"
        }
        text += """

            ablations:
              rank:
                hypothesis: Is LoRA rank 8 as good as 16?
                of: mistral
                vary: {lora.rank: [8, 16]}

            """
        return text + (kind == .number ? "" : "    smallest-effect: 0.01\n")
    }

    static func folds(kind: String, count: Int = 5) -> String { "folds: {kind: \(kind), count: \(count), seed: 42}" }

    /// The kind of folds that deals such rows.
    static func dealing(_ kind: TargetReading.Kind, hasGroup: Bool) -> String {
        let isStratified = kind == .classes || kind == .ordinal
        return (isStratified ? "stratified-" : "") + (hasGroup ? "group-" : "") + "k-fold"
    }

    /// Data of which nothing is known.
    private var blank: String {
        let columns =
            self == .classify
            ? "answer: text, label: label" : "prompt: question, answer: text, label: label, group: question"
        return """
              columns: {\(columns)}          # the columns of your table
              labels: [a, b]

            """
    }

    private static func question(_ kind: TargetReading.Kind) -> String {
        switch kind {
        case .classes: "Which label does a text have?"
        case .ordinal: "Which grade does a text have?"
        case .multiLabel: "Which labels does a text have?"
        case .number: "Which number belongs to a text?"
        }
    }
}
