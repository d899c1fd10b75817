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
        let needsGroup = self != .classify && proposal.group == nil && proposal.prompt == nil
        return [("answer", proposal.answer == nil), ("label", proposal.label == nil), ("group", needsGroup)].filter(\.1)
            .map(\.0)
    }

    /// The recipe over a table; where nothing is known of it, with names for its writer to change.
    package func text(name: String, train: String, proposal: TableProposal?) -> String {
        func free(_ name: String) -> String { proposal?.free(name) ?? name }
        let answer = proposal?.answer ?? free("text")
        let label = proposal?.label ?? free("label")
        let isGrouped = self != .classify || proposal?.group != nil
        // Where a table is known, a column that it does not have is named only where a recipe must name one.
        let prompt = proposal == nil ? (self == .classify ? nil : "question") : proposal?.prompt
        let group = isGrouped ? proposal?.group ?? prompt ?? free("group") : nil
        let known = proposal?.labels ?? []
        let labels = known.count > 1 ? known : ["a", "b"]
        let isConstrained = self == .predictTheLLM || proposal?.isOneOfEach == true
        let texts = proposal?.texts ?? []
        let named = texts.map { "\($0.name): \(YAMLText.scalar($0.column))" }.joined(separator: ", ")
        var columns = [
            texts.isEmpty ? "answer: \(YAMLText.scalar(answer))" : "texts: {\(named)}",
            "label: \(YAMLText.scalar(label))",
        ]
        if let prompt, texts.isEmpty { columns.insert("prompt: \(YAMLText.scalar(prompt))", at: 0) }
        if let id = proposal?.id { columns.insert("id: \(YAMLText.scalar(id))", at: 0) }
        if let group { columns.append("group: \(YAMLText.scalar(group))") }
        let open = proposal.map(undecided) ?? []
        let remark =
            proposal == nil
            ? "          # the columns of your table"
            : open.isEmpty ? "" : "          # name yourself: \(open.joined(separator: ", "))"
        var text = """
            # yaml-language-server: $schema=recipe.schema.json
            recipe: \(name)
            about: Which label does a text have?

            data:
              train: \(YAMLText.scalar(train))
              columns: {\(columns.joined(separator: ", "))}\(remark)
              labels: [\(labels.map(label(_:)).joined(separator: ", "))]

            """
        if isConstrained {
            text += "  constraint: one-of-each            # every group holds each label exactly once\n"
        }
        let places = texts.map { "\($0.name): {\($0.name)}" }.joined(separator: "; ")
        let lengths =
            texts.isEmpty ? "prompt: 256, answer: 768" : texts.map { "\($0.name): 256" }.joined(separator: ", ")
        if !texts.isEmpty {
            text += "  template: \"\(places)\"\n"
        } else if prompt != nil {
            text += "  template: \"Question: {prompt}; Answer: {answer}\"\n"
        }
        let kind = group == nil ? "stratified-k-fold" : "stratified-group-k-fold"
        text += """

            folds: {kind: \(kind), count: 5, seed: 42}

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
        return text + """

            ablations:
              rank:
                hypothesis: Is LoRA rank 8 as good as 16?
                of: mistral
                vary: {lora.rank: [8, 16]}
                smallest-effect: 0.01

            """
    }

    /// Whole numbers may stand as they are.
    private func label(_ text: String) -> String {
        if let number = Int(text), String(number) == text { return text }
        return YAMLText.scalar(text)
    }
}
