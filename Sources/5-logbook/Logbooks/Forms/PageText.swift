// The logbook in words and formatted numbers: what the page and the Markdown both show. Knows no markup.

internal import Glibc
internal import Results
internal import Scores
internal import Statistics
internal import Words
internal import Targets

/// Every text of the logbook, ready to be laid out.
struct PageText {
    let logbook: RecipeResults

    /// The answers first: one sentence each.
    var answers: [String] {
        var answers: [String] = []
        if let best = logbook.best, let evaluation = best.evaluation {
            answers.append(
                "Best: \(best.name), \(metric.title) \(loss(evaluation.score)) out of fold\(others(evaluation))\(withoutUnseen(evaluation).map { "; \($0)" } ?? "")."
            )
        }
        if let unlearnt { answers.append(unlearnt) }
        answers += effectSentences
        for ablation in logbook.ablations { answers += conclusions(of: ablation) }
        return answers
    }

    /// What decides, and what is shown beside it.
    var metric: any Metric { logbook.metrics[0] }
    var metricTitle: String { metric.title }
    var metricUnit: String { metric.unit }
    /// The score with its unit, for an axis.
    var metricLabel: String { "\(metricTitle) (\(metricUnit))" }
    var isLowerBetter: Bool { metric.direction == .lower }

    /// `, accuracy 0.812`: the scores by the metrics that decide nothing.
    func others(_ evaluation: Evaluation) -> String {
        logbook.metrics.dropFirst().map { ", \($0.title) \(shown($0, evaluation.scores))" }.joined()
    }

    /// A score as people read it; a dash where there is none.
    func shown(_ metric: any Metric, _ scores: [String: Double]) -> String {
        scores[metric.name].map { Format.score($0, metric.digits) } ?? "–"
    }

    /// The scores by each of the recipe's metrics.
    func scores(_ scores: [String: Double]) -> [String] { logbook.metrics.map { shown($0, scores) } }

    /// What is left out of rankings, and why; nil where every row's label could be learnt.
    var unlearnt: String? {
        UnseenLabel.consequence(logbook.unseen, logbook.labels).map {
            "\(Format.sentence($0)). The scores themselves are of all rows: where a label cannot be learnt they are the better, the less sure of the other labels a model is."
        }
    }

    /// `0.3120 without the rows whose label was not learnt`; nil where there are none.
    func withoutUnseen(_ evaluation: Evaluation) -> String? {
        evaluation.leavesOut ? "\(loss(evaluation.ranked)) over the rows whose label could be learnt" : nil
    }

    /// Whether the ranking is not by the score itself.
    var hasRanking: Bool { logbook.scores.contains { $0.evaluation?.leavesOut ?? false } }

    /// More sentences than these are nobody's reading: the table has the rest.
    private static let mostConclusions = 20

    /// The conclusions, of many those that are sure.
    func conclusions(of ablation: AblationEntry) -> [String] {
        let all = ablation.conclusions
        guard all.count > Self.mostConclusions else { return all.map(\.text) }
        let sure = all.filter { $0.outcome == .helps || $0.outcome == .hurts }
        let shown = sure.prefix(Self.mostConclusions).map(\.text)
        let rest = "\(ablation.name): \(all.count - shown.count) more comparisons are in the table"
        return shown + [rest + (sure.count > shown.count ? "." : "; none of them helps or hurts.")]
    }

    /// What averaging, learning and optimizing did; of rounds of pseudo-labels, what they did to the result that is handed in.
    var effectSentences: [String] {
        logbook.scores.filter { $0.round == 0 || $0.entry == logbook.delivered }.compactMap(effect)
    }

    /// One verdict as the page tells it first.
    struct VerdictLine {
        let outcome: Verdict.Outcome
        let ablation: String
        /// `lora.rank 4 → 16`.
        let change: String
        let difference: String
        let interval: String
        /// What it could have found, and what it rests on.
        let rest: String
    }

    /// More verdicts than these are in the table only.
    private static let mostVerdicts = 12

    /// The verdicts, those that are sure first.
    var verdicts: [VerdictLine] {
        let order: [Verdict.Outcome] = [.helps, .hurts, .leaning, .equivalent, .unresolved]
        let lines = logbook.ablations.flatMap { ablation in
            ablation.arms.compactMap { arm in arm.comparison.map { (ablation, arm, $0) } }
        }
        let sorted = order.flatMap { outcome in lines.filter { $0.2.outcome == outcome } }
        return sorted.prefix(Self.mostVerdicts).map { ablation, arm, comparison in
            let base = ablation.arms.first(where: \.isBaseline)
            let change = arm.changes.map(\.text).joined(separator: ", ")
            return VerdictLine(
                outcome: comparison.outcome, ablation: ablation.name,
                change: change.isEmpty ? "\(base?.label ?? "") → \(arm.label)" : change,
                difference: comparison.differenceText, interval: comparison.intervalText,
                rest: [comparison.advice, AblationEntry.basis(arm, base)].compactMap { $0 }.joined(separator: " "))
        }
    }

    private func effect(of score: Score) -> String? {
        guard let evaluation = score.evaluation else { return nil }
        if let effect = logbook.effects[score.name] {
            let own = withoutUnseen(evaluation) ?? loss(evaluation.score)
            return "\(score.name) (\(score.what)): \(own), \(effect.clause)."
        }
        guard let alone = evaluation.seedMean, score.round == 0 else { return nil }
        return
            "\(score.name): \(evaluation.seeds.count) seeds averaged have \(loss(evaluation.score)), one alone \(loss(alone))"
            + " (\(Format.difference(metric.direction.improvement(from: alone, to: evaluation.score))))."
    }

    /// Whether any result has several seeds, any a stage before it: columns of nothing are left out.
    var hasSeeds: Bool { logbook.scores.contains { ($0.evaluation?.seeds.count ?? 0) > 1 } }
    static let effectsAbout =
        "Improvements are those of a stack entry or a custom step on the best of its parts, and of a round of pseudo-labels on the first pass, with an interval over groups."
    var hasEffects: Bool { !logbook.effects.isEmpty }

    /// One line of what an entry is made of; its name and measure stand in the first alone.
    struct CompositionRow {
        let entry: String
        let part: String
        let value: String
        let range: String
        let measure: String
    }

    /// - Parameter isLater: whether those of rounds of pseudo-labels are meant, or those of the first pass.
    func compositionRows(isLater: Bool) -> [CompositionRow] {
        let later = Set(logbook.scores.filter { $0.round > 0 }.map(\.name))
        return logbook.compositions.filter { later.contains($0.entry) == isLater }.flatMap {
            composition -> [CompositionRow] in
            let rows = composition.parts.enumerated().map { index, part in
                CompositionRow(
                    entry: index == 0 ? composition.entry : "", part: part.name, value: Format.decimal(part.value, 3),
                    range: part.range.map { "\(Format.decimal($0.lowerBound, 3))–\(Format.decimal($0.upperBound, 3))" }
                        ?? "–",
                    measure: index == 0 ? composition.measure.words : "")
            }
            guard composition.rest > 0 else { return rows }
            return rows + [
                CompositionRow(
                    entry: "", part: "and \(Format.count(composition.rest, "more column"))", value: "", range: "",
                    measure: "")
            ]
        }
    }

    /// Of how many questions the verdicts are, and how p-values are adjusted.
    static let adjustment =
        "p is of a t test whose variance has a part that other rows would change and one by chance in training, which seeds narrow (with one seed: of the Nadeau–Bengio corrected test over folds), after Holm over the variants of its own ablation: each ablation is one question, so many ablations find something by chance more often than one. A verdict covers new rows of this kind; not another training set."

    var incomplete: String? {
        guard logbook.done.steps < logbook.done.total else { return nil }
        return "\(logbook.done.steps) of \(logbook.done.total) steps have been run; what is missing is not shown."
    }

    /// What the last run found in the store.
    var cacheSentence: String {
        let timeline = logbook.timeline
        guard timeline.executed + timeline.hits > 0 else { return "" }
        let onGPU = logbook.ablations.contains { $0.arms.contains(where: \.isOnGPU) }
        return "The last run executed \(Format.count(timeline.executed, "step")) and reused \(timeline.hits)"
            + (timeline.hits > 0 ? ", which saved \(Format.duration(timeline.saved, isOnGPU: onGPU))." : ".")
    }

    /// How the recipe was otherwise when a past result was made.
    func changes(_ result: History.Result) -> String {
        var parts = result.changes.prefix(4).map(\.text)
        if result.changes.count > 4 { parts.append("and \(result.changes.count - 4) more") }
        if !result.isComparable { parts.insert("other rows or folds", at: 0) }
        return parts.isEmpty ? "what it was made of has changed" : parts.joined(separator: "; ")
    }

    /// What a uniform guess scores, after `before`; empty where that is no one number.
    func chance(_ before: String) -> String {
        metric.chance(classes: logbook.target.width).map { before + loss($0) } ?? ""
    }

    /// A score by the metric that decides.
    func loss(_ value: Double) -> String { Format.score(value, metric.digits) }

    func seeds(_ evaluation: Evaluation) -> String { evaluation.seedMean.map(loss) ?? "–" }

    func folds(_ evaluation: Evaluation) -> String {
        let values = evaluation.cells.map(\.score)
        var range = "–"
        if let least = values.min(), let most = values.max(), values.count > 1 {
            range = "\(Format.decimal(least, 3))–\(Format.decimal(most, 3))"
        }
        guard let folds = evaluation.scoredFolds else { return range }
        let names = "\(folds.count == 1 ? "fold" : "folds") \(folds.map(String.init).joined(separator: ", "))"
        return "\(range) (\(names) alone, \(Format.count(evaluation.rows, "row")))"
    }

    // MARK: - Notes

    /// The leaderboard's score, marked where it is one of earlier predictions.
    func leaderboard(_ notes: ResultNotes) -> String {
        notes.leaderboard.map { "\($0)" + (notes.isStale ? "*" : "") } ?? "–"
    }

    static let staleness = "* The leaderboard saw other predictions than the result has now."

    private var allNotes: [ResultNotes] {
        logbook.scores.map(\.notes) + logbook.ablations.flatMap { $0.arms.map(\.notes) }
    }
    var hasLeaderboard: Bool { allNotes.contains { $0.leaderboard != nil } }
    var hasStale: Bool { allNotes.contains(where: \.isStale) }

    var scoreNotes: [(name: String, text: String)] {
        logbook.scores.flatMap { score in score.notes.texts.map { (score.name, $0) } }
    }

    /// Remarks on an ablation's variants, and their leaderboard scores.
    func notes(of ablation: AblationEntry) -> [(name: String, text: String)] {
        ablation.arms.flatMap { arm in
            (arm.notes.leaderboard == nil ? [] : [(arm.label, "leaderboard \(leaderboard(arm.notes))")])
                + arm.notes.texts.map { (arm.label, $0) }
        }
    }
}

/// A recipe against the first one, in words.
struct AcrossText {
    /// - Parameter metric: what the first recipe is judged by.
    static func about(_ metric: any Metric) -> String {
        let difference =
            metric.direction == .lower
            ? "its best \(metric.title) less this one's" : "this one's best \(metric.title) less its"
        return
            "Against the first recipe: \(difference), paired by group, seed and fold where both have the same seeds; p-values of all recipes are adjusted together. Which result is best was chosen by these very scores, so a small lead is worth less than it seems."
    }

    let difference: String
    let interval: String
    let verdict: String

    init(_ row: AcrossRecipes.Row) {
        difference = row.comparison?.differenceText ?? "–"
        interval = row.comparison?.intervalText ?? ""
        verdict = row.comparison?.outcome.rawValue ?? row.refusalText ?? "the first"
    }
}
