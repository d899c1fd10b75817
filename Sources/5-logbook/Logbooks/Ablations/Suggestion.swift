// What to try next, by rules that say why: seeds for what leans, the combination of what helps, averages that the recorded
// losses promise, longer texts. Knows the recipe and its results; runs nothing.

internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Formats
internal import Nodes

internal import Plans
internal import Recipes
internal import Storage
internal import Statistics
internal import Words

/// One thing to try.
package struct Suggestion: Sendable {
    /// Why, as a sentence.
    package let reason: String
    /// The command that does it; nil where there is none.
    package let command: String?
    /// What it would take, from the seconds of steps like its own; nil where nothing is known.
    package let seconds: Double?
    package let isOnGPU: Bool

    /// `0.52 GPU-h`, `12 s`.
    package var cost: String? { seconds.map { Format.duration($0, isOnGPU: isOnGPU) } }

    /// What a rule has to look at.
    struct Results {
        let recipe: LoadedRecipe
        let plan: Plan
        let entries: [Forecast.Entry]
        let scores: [Score]
        let ablations: [AblationEntry]
        let averages: [PossibleAverage]
        let contributions: [Contribution]
        let effects: [String: StageEffect]
    }

    /// All suggestions, the surest first.
    static func all(of results: Results) -> [Suggestion] {
        missing(results) + combinations(results) + rounds(results) + seeds(results) + members(results)
            + averages(results) + lengths(results)
    }

    // MARK: - Rules

    /// What has not been run at all.
    private static func missing(_ results: Results) -> [Suggestion] {
        let open = results.entries.count { $0.record == nil }
        guard open > 0 else { return [] }
        let seconds = results.entries.filter { $0.record == nil }.reduce(0) { $0 + ($1.estimate ?? 0) }
        return [
            Suggestion(
                reason: "\(Format.count(open, "step")) of the recipe \(open == 1 ? "has" : "have") not been run.",
                command: "ablate run \(file(results))", seconds: seconds > 0 ? seconds : nil,
                isOnGPU: results.ablations.contains { $0.arms.contains(where: \.isOnGPU) })
        ]
    }

    /// The best variant of each ablation that has one which helps: into the model, all of a model's at once.
    private static func combinations(_ results: Results) -> [Suggestion] {
        var found: [String: [(ablation: AblationEntry, arm: AblationEntry.Arm)]] = [:]
        for ablation in results.ablations {
            let helping = ablation.arms.filter { $0.comparison?.outcome == .helps }
            guard let arm = helping.max(by: { $0.comparison!.difference < $1.comparison!.difference }) else { continue }
            found[ablation.of, default: []].append((ablation, arm))
        }
        return found.sorted { $0.key < $1.key }.map { subject, all in
            let helping = Self.compatible(all)
            let section = results.recipe.model(named: subject) == nil ? "stack" : "models"
            let settings = helping.flatMap(\.arm.changes).compactMap { change in
                change.new.map {
                    "--set \(ShellText.word("\(SettingPath([section, subject]).text).\(change.path)=\($0)"))"
                }
            }
            let names = helping.map { "\($0.arm.label) (\($0.ablation.name))" }.joined(separator: " and ")
            return Suggestion(
                reason: helping.count > 1
                    ? "\(names) help \(subject) singly; whether they do together is not known yet."
                    : "\(names) helps \(subject): take it over into the recipe.",
                command: (["ablate run \(file(results))"] + settings).joined(separator: " "),
                seconds: helping.map(\.arm.seconds).max().flatMap { $0 > 0 ? $0 : nil },
                isOnGPU: helping.contains(where: \.arm.isOnGPU))
        }
    }

    /// Variants that can be taken over together, those that help most first to choose: of two that say another value for one setting,
    /// or for a part of it, one at most. In the order they came.
    private static func compatible(
        _ helping: [(ablation: AblationEntry, arm: AblationEntry.Arm)]
    ) -> [(ablation: AblationEntry, arm: AblationEntry.Arm)] {
        let order = helping.indices.sorted {
            helping[$0].arm.comparison!.difference > helping[$1].arm.comparison!.difference
        }
        var chosen: Set<Int> = []
        var paths: [String] = []
        for index in order {
            let own = helping[index].arm.changes.map(\.path)
            let isFree = own.allSatisfy { path in
                !paths.contains { $0 == path || $0.hasPrefix(path + ".") || path.hasPrefix($0 + ".") }
            }
            guard isFree else { continue }
            chosen.insert(index)
            paths += own
        }
        return helping.indices.filter(chosen.contains).map { helping[$0] }
    }

    /// Rounds of pseudo-labels that show no gain for what is handed in.
    private static func rounds(_ results: Results) -> [Suggestion] {
        guard let rounds = results.recipe.recipe.rounds, rounds.count > 0,
            let submission = results.recipe.recipe.submission
        else { return [] }
        let passes = (0...rounds.count).map { round in
            results.scores.first { $0.round == round && $0.entry == submission.from }
        }
        guard let last = passes.last.flatMap({ $0 }), let effect = results.effects[last.name],
            let interval = effect.interval, interval.lowerBound <= 0
        else { return [] }
        let best = passes.enumerated().filter { $0.element?.evaluation != nil }
            .min { $0.element!.evaluation!.cost < $1.element!.evaluation!.cost }
        guard let best, best.offset < rounds.count else { return [] }
        let passed = best.offset == 0 ? "the first pass" : "round \(best.offset)"
        let key = results.recipe.tree["rounds"]?.scalar == nil ? "rounds.count" : "rounds"
        let finding = interval.upperBound < 0 ? "make \(submission.from) worse" : "show no gain for \(submission.from)"
        return [
            Suggestion(
                reason: "Pseudo-labels \(finding) (\(effect.differenceText)): hand in that of \(passed).",
                command: "ablate run \(file(results)) --set \(key)=\(best.offset)", seconds: nil, isOnGPU: false)
        ]
    }

    /// Further seeds for what is not settled, where the test's estimate asks for some; else what the comparison could have found.
    private static func seeds(_ results: Results) -> [Suggestion] {
        results.ablations.enumerated().flatMap { index, ablation -> [Suggestion] in
            guard case .model(let model)? = results.recipe.variants[index].first?.subject,
                let base = ablation.arms.first(where: \.isBaseline)
            else { return [] }
            let own = model.effectiveSeeds.compactMap { $0 }
            let open = open(ablation)
            guard let arm = largest(open.filter { ($0.comparison?.furtherSeeds ?? 0) > 0 }),
                let comparison = arm.comparison, let further = comparison.furtherSeeds, !own.isEmpty
            else { return tooSmall(ablation, open) }
            var seeds = own
            while seeds.count < own.count + further { seeds.append((seeds.max() ?? 0) + 1) }
            let seconds = (arm.seconds + base.seconds) / Double(max(own.count, 1)) * Double(further)
            let list = seeds.map(String.init).joined(separator: ", ")
            return [
                Suggestion(
                    reason:
                        "\(ablation.name), \(arm.label) is \(comparison.outcome.rawValue): by the test's estimate \(Format.count(further, "more seed")) would find a difference as large as the one seen four times of five.",
                    command:
                        "ablate run \(file(results)) --set \(ShellText.word("\(SettingPath(["ablations", ablation.name, "with", "seeds"]).text)=[\(list)]")) \(ShellText.word("ablations/\(ablation.name)/**"))",
                    seconds: seconds > 0 ? seconds : nil, isOnGPU: arm.isOnGPU)
            ]
        }
    }

    /// The variants that are not settled.
    private static func open(_ ablation: AblationEntry) -> [AblationEntry.Arm] {
        ablation.arms.filter { [.leaning, .unresolved].contains($0.comparison?.outcome) }
    }

    private static func largest(_ arms: [AblationEntry.Arm]) -> AblationEntry.Arm? {
        arms.max { abs($0.comparison!.difference) < abs($1.comparison!.difference) }
    }

    /// What the comparison could have found, where nobody can say how many seeds it would take.
    private static func tooSmall(_ ablation: AblationEntry, _ open: [AblationEntry.Arm]) -> [Suggestion] {
        guard let arm = largest(open), let detectable = arm.comparison?.detectable else { return [] }
        let size = Format.decimal(detectable, 3)
        let known =
            arm.evaluation?.hasSeeds ?? false
            ? "these folds and seeds find a difference of \(size) four times of five"
            : "training has no chance in it, so seeds change nothing; these folds find a difference of \(size) four times of five"
        return [
            Suggestion(
                reason: "\(ablation.name): \(known), and what was seen is smaller. It is open: choose what costs less.",
                command: nil, seconds: nil, isOnGPU: false)
        ]
    }

    /// Members that an average is better without.
    private static func members(_ results: Results) -> [Suggestion] {
        let firstPass = Set(results.scores.filter { $0.round == 0 }.map(\.name))
        return results.contributions.filter { $0.interval.upperBound < 0 && firstPass.contains($0.ensemble) }.map {
            one in
            let rest = (results.scores.first { $0.name == one.ensemble }?.parts ?? []).filter { $0 != one.member }
            return Suggestion(
                reason:
                    "\(one.ensemble) is better without \(one.member) (by \(Format.decimal(-one.difference, 4))).",
                command: rest.count > 1
                    ? "ablate run \(file(results)) --set \(ShellText.word("stack.\(one.ensemble).average=[\(rest.joined(separator: ", "))]"))"
                    : nil, seconds: nil, isOnGPU: false)
        }
    }

    /// Averages of models that err apart.
    private static func averages(_ results: Results) -> [Suggestion] {
        results.averages.prefix(2).map { pair in
            let names = pair.members.joined(separator: ", ")
            let entry = "stack.\(pair.members.joined(separator: "-"))={average: [\(names)]}"
            return Suggestion(
                reason:
                    "By their recorded losses the average of \(pair.members.joined(separator: " and ")) scores \(Format.decimal(pair.logLoss, 4)), \(Format.decimal(pair.gain, 4)) better than the better of the two.",
                command: "ablate run \(file(results)) --set \(ShellText.word(entry))", seconds: nil, isOnGPU: false)
        }
    }

    /// Models of which many rows were cut short.
    private static func lengths(_ results: Results) -> [Suggestion] {
        results.plan.results.compactMap { result -> Suggestion? in
            guard case .model(let name) = result.role,
                let length = results.recipe.model(named: name)?.fineTune?.lengths.answer
            else { return nil }
            var (rows, cut) = (0, 0)
            for (step, entry) in zip(results.plan.steps, results.entries)
            where step.kind == .predict && step.address.hasPrefix("\(name)/") && step.address.hasSuffix("/predict-oof")
            {
                guard let said = entry.record.map({ StepMetrics($0.metrics) }) else { continue }
                rows += said.rows ?? 0
                cut += said.truncatedAnswers ?? 0
            }
            guard rows > 0, Double(cut) > 0.1 * Double(rows) else { return nil }
            let share = Format.percent(Double(cut) / Double(rows))
            let own = results.scores.first { $0.name == name }?.seconds
            return Suggestion(
                reason: "\(share) % of the answers that \(name) reads are cut at \(length) tokens.",
                command:
                    "ablate run \(file(results)) --set \(ShellText.word("\(SettingPath(["models", name, "lengths", "answer"]).text)=\(length * 2)")) \(ShellText.word("\(name)/**"))",
                seconds: own, isOnGPU: false)
        }
    }

    // MARK: - Words

    /// The recipe's file, without the folder that the reader may not have.
    private static func file(_ results: Results) -> String {
        ShellText.word(results.recipe.file.name.split(separator: "/").last.map(String.init) ?? "recipe.yaml")
    }
}
