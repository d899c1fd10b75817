// Plan and records to values that answer: what scored how, which ablation helped, what it cost. Runs nothing and says nothing; reads
// records only, so it can be made again from the same store, value by value.

package import Digests
package import Forecasts
internal import Arithmetic
internal import Formats
package import Plans
package import Runs
package import Recipes
package import Scores
package import Storage
package import Targets

/// All that the records of a recipe say: what the forms of the logbook lay out.
package struct RecipeResults: Sendable {
    package let name: String
    package let about: String?
    /// What results are scored by; the first decides.
    package let metrics: [any Metric]
    package let scores: [Score]
    /// What each stage gave beyond what it is made of, by the results' names.
    package let effects: [String: StageEffect]
    /// The result that is handed in, by its name in the recipe; nil where none is.
    package let delivered: String?
    package let ablations: [AblationEntry]
    package let costs: [Cost]
    package let provenance: Provenance
    package let failures: [Failure]
    /// What the recorded steps warn of, run anew or reused.
    package let warnings: [StepWarning]
    /// Labels that stand in one fold alone, or nowhere.
    package let unseen: [UnseenLabel]
    package let curves: [FineTuneCurve]
    /// Steps that have a record, and all steps.
    package let done: (steps: Int, total: Int)
    /// What is predicted.
    package let target: Target
    /// What the classes are called; empty where there are none.
    package let labels: [String]
    package let contributions: [Contribution]
    /// What the entries of the stack are made of.
    package let compositions: [Composition]
    package let history: History
    package let timeline: Timeline
    package let graph: StepGraph
    package let suggestions: [Suggestion]
    /// Nil where the recipe does not look at its texts.
    package let texts: TextLook?
    /// The leaderboard's scores, in the order in which they were noted.
    package let submissions: [Submission]

    /// The result with the best score, the first of several; rows whose label could not be learnt do not count, nor do results that
    /// were scored on fewer rows than others.
    package var best: Score? {
        let most = scores.lazy.compactMap(\.evaluation?.rows).max() ?? 0
        return scores.filter { $0.evaluation?.rows == most }.min { $0.evaluation!.cost < $1.evaluation!.cost }
    }

    /// The comparisons that it rests on, for more of the same store.
    let known: KnownComparisons

    /// One score that a leaderboard gave.
    package struct Submission: Sendable {
        package let result: String
        package let leaderboard: Double
        package let text: String?
        /// The result's own score; nil where it has none.
        package let score: Double?
        /// Whether the result has the very predictions that were scored.
        package let isCurrent: Bool
    }

    /// What it cost: all steps of a kind that the recipe's results rest on.
    package struct Cost: Sendable {
        package let kind: String
        package let steps: Int
        /// Seconds of the recorded steps, added up.
        package let seconds: Double
    }

    /// A step that failed in the last run.
    package struct Failure: Sendable {
        package let address: String
        package let message: String
    }

    /// - Parameters:
    ///   - forecast: which step of the plan has which record.
    ///   - lastRun: the document of the recipe's last run, for its failures and its times.
    ///   - settings: the recipe's values by their paths, as documents of runs have them.
    ///   - warnings: of the plan's steps, where the caller has them already.
    ///
    /// Errors: those of the store, and of evaluations that cannot be read.
    package init(
        recipe: LoadedRecipe, plan: Plan, forecast: Forecast, store: Store, lastRun: RunDocument?, settings: JSON,
        warnings given: StepWarnings? = nil
    ) throws {
        name = recipe.recipe.name
        labels = recipe.recipe.data.labels
        target = recipe.recipe.data.target
        about = recipe.recipe.about
        metrics = recipe.recipe.metrics.compactMap(\.metric)
        let entries = forecast.entries
        let reader = EvaluationReader(store, made: entries.compactMap(\.record))
        let evaluations = try Parallel.map(plan.results) { result in
            try result.evaluate.flatMap { entries[$0].record }.flatMap(reader.evaluation)
        }
        let found = try given ?? StepWarnings(of: plan, entries, in: store, labels: labels)
        (unseen, warnings) = (found.unseen, found.all)
        let outOfFold = Dictionary(
            plan.results.map { ($0.name, $0.outOfFold) }, uniquingKeysWith: { first, _ in first })
        func isStandIn(_ name: String) -> Bool {
            guard let target = recipe.stackEntry(named: name)?.optimization?.target else { return false }
            return outOfFold[target] == .some(nil)
        }
        var scores: [Score] = []
        var variants: [String: [AblationEntry.Variant]] = [:]
        let allNotes = try Note.all(of: name, in: store) + Self.given(recipe, plan, entries)
        // Results that are the same have one record; the first of them has its anchor.
        var anchors: Set<String> = []
        for (result, found) in zip(plan.results, evaluations) {
            let predictions = result.test.flatMap { entries[$0].record?.outputs["predictions"]?.digest }
            let notes = ResultNotes(result.name, allNotes, predictions: predictions)
            let key = result.evaluate.flatMap { entries[$0].record?.key.short }
            let anchor = key.flatMap { anchors.insert($0).inserted ? $0 : nil }
            switch result.role {
            case .variant(let ablation, let name):
                variants[ablation, default: []].append(
                    Self.variant(name, result, plan, entries, store, found, notes, anchor))
            case .model(let name), .stack(let name), .step(let name):
                let basis = plan.closure(of: Set([result.outOfFold].compactMap { $0 })).sorted()
                scores.append(
                    Score(
                        name, result, recipe, isStandIn: isStandIn(name), found,
                        basis: result.evaluate.flatMap { entries[$0].record }.flatMap(ScoreBasis.init),
                        seconds: basis.reduce(0) { $0 + (entries[$1].record?.seconds ?? 0) }, notes: notes,
                        anchor: anchor))
            }
        }
        self.scores = scores
        known = KnownComparisons(store)
        effects = StageEffect.all(of: scores, known)
        delivered = recipe.recipe.submission?.from ?? recipe.recipe.rounds?.pseudoLabels.from
        ablations = try AblationEntry.entries(of: recipe, plan, variants: variants, known: known) {
            try RowTexts(of: plan, entries, in: store)
        }
        contributions = Contribution.all(of: scores, known)
        compositions = try Composition.all(of: plan, recipe, entries, in: store)
        suggestions = Suggestion.all(
            of: Suggestion.Results(
                recipe: recipe, plan: plan, entries: entries, scores: scores, ablations: ablations,
                averages: PossibleAverage.all(of: scores), contributions: contributions, effects: effects))
        submissions = Self.submissions(allNotes, plan, entries, scores, ablations)
        history = try History(
            of: name, in: recipe.folder, store: store, settings: settings, metrics: metrics,
            isScored: !plan.results.isEmpty,
            current: plan.results.compactMap { result in
                result.evaluate.flatMap { entries[$0].record }.map { (result.name, $0) }
            })
        timeline = Timeline(of: plan, entries, lastRun: lastRun)
        graph = StepGraph(of: plan)
        texts = try TextLook(of: plan, entries, in: store)
        var seconds: [StepKind: (steps: Int, seconds: Double)] = [:]
        for (step, entry) in zip(plan.steps, entries) {
            guard let record = entry.record else { continue }
            seconds[step.kind, default: (0, 0)].steps += 1
            seconds[step.kind]!.seconds += record.seconds
        }
        costs = StepKind.allCases.compactMap { kind in
            seconds[kind].map { Cost(kind: kind.rawValue, steps: $0.steps, seconds: $0.seconds) }
        }
        curves = try FineTuneCurve.all(of: plan, entries, in: store)
        provenance = Provenance(plan: plan, entries: entries)
        failures = (lastRun?.failed ?? []).compactMap { failure in
            // What has a record by now is no failure any more.
            if let step = plan.index(of: failure.address), entries[step].record != nil { return nil }
            return Failure(address: failure.address, message: failure.message)
        }
        known.save()
        done = (entries.count { $0.record != nil }, entries.count)
    }

    /// A variant with what its own fits and predictions took.
    private static func variant(
        _ name: String, _ result: PlannedResult, _ plan: Plan, _ entries: [Forecast.Entry], _ store: Store,
        _ evaluation: Evaluation?,
        _ notes: ResultNotes, _ anchor: String?
    ) -> AblationEntry.Variant {
        let basis = plan.closure(of: Set([result.outOfFold].compactMap { $0 })).sorted()
        let own = basis.filter { [.finetune, .fit, .predict, .stack, .optimize].contains(plan.steps[$0].kind) }
            .compactMap { entries[$0].record }
        // One fit tells for all: thousands of records need not be parsed for a unit.
        let device = own.first { $0.kind == StepKind.finetune.rawValue }
            .flatMap { StepEnvironment($0.environment).deviceKind }
        return AblationEntry.Variant(
            name: name, evaluation: evaluation, notes: notes, anchor: anchor,
            seconds: own.reduce(0) { $0 + $1.seconds }, isOnGPU: device.map { $0 != "cpu" } ?? false,
            truncation: Truncation(of: result, plan, entries, in: store))
    }

    /// The leaderboard score that the recipe itself tells: of what its submission is made of now.
    private static func given(_ recipe: LoadedRecipe, _ plan: Plan, _ entries: [Forecast.Entry]) -> [Note] {
        guard let submission = recipe.recipe.submission, let score = submission.leaderboard,
            let result = plan.result(called: submission.from)
        else { return [] }
        let predictions = result.test.flatMap { entries[$0].record?.outputs["predictions"]?.digest }
        return [Note(result: result.name, leaderboard: score, text: nil, predictions: predictions)]
    }

    private static func submissions(
        _ notes: [Note], _ plan: Plan, _ entries: [Forecast.Entry], _ scores: [Score], _ ablations: [AblationEntry]
    ) -> [Submission] {
        let own = Dictionary(
            scores.map { ($0.name, $0.evaluation?.score) }
                + ablations.flatMap { ablation in
                    ablation.arms.map { ("\(ablation.name): \($0.name)", $0.evaluation?.score) }
                }, uniquingKeysWith: { first, _ in first })
        return notes.compactMap { note in
            note.leaderboard.map { leaderboard in
                let test = plan.results.first { $0.name == note.result }?.test
                let predictions = test.flatMap { entries[$0].record?.outputs["predictions"]?.digest }
                return Submission(
                    result: note.result, leaderboard: leaderboard, text: note.text,
                    score: own[note.result].flatMap { $0 },
                    isCurrent: predictions == note.predictions && predictions != nil)
            }
        }
    }
}
