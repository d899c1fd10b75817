// How many steps a recipe asks for, worked out before any of them is made. Knows how models, entries, folds, seeds, rounds
// and variants multiply, and nothing of what a step is.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let tooManySteps = FindingRule(
        "too-many-steps", .models, "Models, seeds, folds, rounds and variants make more steps than a plan may have.",
        "The notes say which parts ask for the most. A slip in a number is the usual reason.")
}

/// A sum over the parts of a recipe; nothing is ever larger than a `Double`, so that no recipe makes it overflow. Work that two
/// parts share is counted twice: it is the most that the recipe can ask for.
struct PlanSize {
    let recipe: Recipe
    let tree: Node
    /// Steps beyond these are a slip of the writer, not a plan: it would take gigabytes to lay them out.
    let limit: Double

    /// One part of the sum.
    private struct Part {
        let words: String
        let span: Span
        let steps: Double
    }

    private var passes: Double { Double(recipe.rounds?.count ?? 0) + 1 }
    private var folds: Double { Double(recipe.folds.count) }
    private var hasTest: Bool { recipe.data.test != nil }

    /// The finding on a recipe that asks for too much; nil for any other.
    ///
    /// - Parameter variants: those of each ablation; nil before they are made, when each counts as little as it can.
    func refusal(variants: [[Variant]]?) -> Finding? {
        let parts = recipeParts() + ablationParts(variants)
        let sum = parts.reduce(0) { $0 + $1.steps }
        guard sum > limit, let largest = parts.max(by: { $0.steps < $1.steps }) else { return nil }
        let shown = parts.sorted { $0.steps > $1.steps }.prefix(4)
        return Finding(
            .tooManySteps,
            "this recipe would have up to \(Self.text(sum)) steps, and \(Self.text(limit)) are the most",
            at: largest.span,
            notes: shown.map { .init("\($0.words): \(Self.text($0.steps)) steps", at: $0.span) },
            help: "take fewer seeds, folds, rounds or variants, or part the recipe into several")
    }

    // MARK: - Parts

    private func recipeParts() -> [Part] {
        let sections = ["models", "stack", "steps"].map { places($0) }
        let isPupil = recipe.rounds != nil && passes > 1
        var parts = recipe.models.map { entry in
            let model = entry.value
            let steps = self.steps(model, withTest: hasTest) + (isPupil ? teaching(model) : 0)
            return Part(
                words: "model \(entry.name), \(factors(model))\(passes > 1 ? " x \(Self.text(passes)) passes" : "")",
                span: sections[0][entry.name] ?? tree.span, steps: steps * passes)
        }
        parts += recipe.stack.map { entry in
            Part(
                words: "stack entry \(entry.name)", span: sections[1][entry.name] ?? tree.span,
                steps: (5 + (isPupil ? 2 * folds : 0)) * passes)
        }
        parts += recipe.steps.map {
            Part(words: "step \($0.name)", span: sections[2][$0.name] ?? tree.span, steps: 2 * passes)
        }
        return parts
    }

    private func ablationParts(_ variants: [[Variant]]?) -> [Part] {
        let places = places("ablations")
        let models = Dictionary(recipe.models.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return recipe.ablations.enumerated().compactMap { index, ablation in
            let span = places[ablation.name] ?? tree.span
            if let own = variants?[index] {
                let steps = own.reduce(0.0) { sum, variant in
                    switch variant.subject {
                    case .model(let model): sum + self.steps(model, withTest: false)
                    case .entry: sum + 3
                    }
                }
                return Part(words: "ablation \(ablation.name), \(own.count) variants", span: span, steps: steps)
            }
            let count = Self.variants(of: ablation.value)
            // A grid that is too large by itself is refused as such, and never laid out.
            guard count <= Double(VariantExpansion.limit) else { return nil }
            let each = models[ablation.value.of].map { least($0, ablation.value) } ?? 2
            return Part(
                words: "ablation \(ablation.name), \(Self.text(count)) variants", span: span, steps: count * each)
        }
    }

    private func places(_ section: String) -> [String: Span] {
        Dictionary((tree[section]?.entries ?? []).map { ($0.key, $0.keySpan) }, uniquingKeysWith: { first, _ in first })
    }

    private func factors(_ model: Model) -> String {
        let seeds = model.effectiveSeeds.count
        return "\(seeds) \(seeds == 1 ? "seed" : "seeds") x \(Self.text(folds)) folds"
    }

    // MARK: - Sums

    /// Fits and predictions of each seed and fold, and what is made of all of them.
    private func steps(_ model: Model, withTest: Bool) -> Double {
        let seeds = Double(model.effectiveSeeds.count)
        let folded = model.isOutOfFold ? folds : 0
        let full = model.fit.contains(.full) ? 1.0 : 0
        let teacher = model.pseudoLabels == .off ? 0 : teaching(model)
        let test = withTest ? (model.pseudoLabels == .off && full > 0 ? 1 : folded + full) : 0
        return seeds * (2 * folded + full + test) + 5 + teacher
    }

    /// What a teacher says for each fold: a prediction of each of its seeds, their mean, and the labels made of it.
    private func teaching(_ model: Model) -> Double { folds * (Double(model.effectiveSeeds.count) + 3) }

    /// The fewest steps of a variant, whatever is varied.
    private func least(_ model: Model, _ ablation: Ablation) -> Double {
        let settings =
            ablation.vary + ablation.zip + ablation.with + ablation.together.flatMap { $0.value.entries ?? [] }
        let isFolded = model.isOutOfFold && !settings.contains { $0.key == "fit" }
        guard isFolded else { return 1 }
        return switch model {
        case .fineTune, .tfidf: 2 * folds + 2
        case .program: folds + 2
        case .predictions: 2
        }
    }

    private static func variants(of ablation: Ablation) -> Double {
        let varied = ablation.vary.reduce(1.0) { $0 * Double($1.value.elements?.count ?? 1) }
        let zipped = ablation.zip.first?.value.elements?.count ?? 1
        return varied * Double(zipped) * Double(max(1, ablation.together.count))
    }

    /// `1,234,567`.
    private static func text(_ number: Double) -> String {
        guard number < 1e15 else { return "more than 10^15" }
        let digits = String(Int(number))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }
}
