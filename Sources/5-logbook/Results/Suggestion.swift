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
internal import Words
package import Statistics

/// One thing to try.
package struct Suggestion: Sendable {
    package let reason: Reason
    /// What does it; nil where there is nothing.
    package let command: Command?
    /// What it would take, from the seconds of steps like its own; nil where nothing is known.
    package let seconds: Double?
    package let isOnGPU: Bool

    /// What the rule saw.
    package enum Reason: Sendable {
        /// Steps have not been run.
        case missing(steps: Int)
        /// Variants of the model or entry help.
        case helping([(variant: String, ablation: String)], of: String)
        /// Pseudo-labels show no gain for the entry, or make it worse; the round did best, 0 for the first pass.
        case rounds(of: String, isWorse: Bool, difference: Double, best: Int)
        /// A variant is not settled, and further seeds might do.
        case open(variant: String, ablation: String, Verdict.Outcome, furtherSeeds: Int)
        /// What was seen is smaller than what can be found.
        case tooSmall(ablation: String, detectable: Double, hasSeeds: Bool)
        /// An average is better without a member.
        case betterWithout(member: String, of: String, gain: Double)
        /// An average that nobody asked for promises a gain over the better of its members.
        case average(of: [String], logLoss: Double, gain: Double)
        /// A share of the answers is cut at so many tokens.
        case cut(model: String, text: String, share: Double, length: Int)
    }

    /// A run of the recipe with other settings, of some steps.
    package struct Command: Sendable {
        /// The recipe's file, without the folder that the reader may not have.
        package let recipe: String
        /// Paths with their values.
        package let settings: [(path: String, value: String)]
        /// Addresses of the steps, with stars; all where there are none.
        package let steps: [String]
    }

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
                reason: .missing(steps: open), command: command(results), seconds: seconds > 0 ? seconds : nil,
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
                change.new.map { (path: "\(SettingPath([section, subject]).text).\(change.path)", value: $0) }
            }
            return Suggestion(
                reason: .helping(helping.map { ($0.arm.label, $0.ablation.name) }, of: subject),
                command: command(results, settings),
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
        let key = results.recipe.tree["rounds"]?.scalar == nil ? "rounds.count" : "rounds"
        return [
            Suggestion(
                reason: .rounds(
                    of: submission.from, isWorse: interval.upperBound < 0, difference: effect.difference,
                    best: best.offset),
                command: command(results, [(key, "\(best.offset)")]), seconds: nil, isOnGPU: false)
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
                    reason: .open(
                        variant: arm.label, ablation: ablation.name, comparison.outcome, furtherSeeds: further),
                    command: command(
                        results, [(SettingPath(["ablations", ablation.name, "with", "seeds"]).text, "[\(list)]")],
                        steps: ["ablations/\(ablation.name)/**"]),
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
        return [
            Suggestion(
                reason: .tooSmall(
                    ablation: ablation.name, detectable: detectable, hasSeeds: arm.evaluation?.hasSeeds ?? false),
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
                reason: .betterWithout(member: one.member, of: one.ensemble, gain: -one.difference),
                command: rest.count > 1
                    ? command(
                        results, [(SettingPath(["stack", one.ensemble, "average"]).text, "[\(Self.list(rest))]")])
                    : nil,
                seconds: nil, isOnGPU: false)
        }
    }

    /// Averages of models that err apart.
    private static func averages(_ results: Results) -> [Suggestion] {
        results.averages.prefix(2).map { pair in
            Suggestion(
                reason: .average(of: pair.members, logLoss: pair.logLoss, gain: pair.gain),
                command: command(
                    results,
                    [
                        (
                            SettingPath(["stack", pair.members.joined(separator: "-")]).text,
                            "{average: [\(list(pair.members))]}"
                        )
                    ]), seconds: nil, isOnGPU: false)
        }
    }

    /// Models that read many rows cut short, with the text that is cut most often.
    private static func lengths(_ results: Results) -> [Suggestion] {
        results.plan.results.compactMap { result -> Suggestion? in
            guard case .model(let name) = result.role,
                let model = results.recipe.model(named: name)?.fineTune, model.lengths.quantile == nil
            else { return nil }
            // The answer decides where there is one: that a long prompt is cut is rarely worth the tokens.
            let data = results.recipe.recipe.data
            let texts =
                data.columns.texts.areShort
                ? data.columns.texts.described : (model.template ?? data.effectiveTemplate).texts
            var rows = 0
            var cuts = texts.map { (text: $0, rows: 0) }
            for (step, entry) in zip(results.plan.steps, results.entries)
            where step.kind == .predict && step.address.hasPrefix("\(name)/") && step.address.hasSuffix("/predict-oof")
            {
                guard let said = entry.record.map({ StepMetrics($0.metrics) }) else { continue }
                rows += said.rows ?? 0
                for index in cuts.indices { cuts[index].rows += said.truncatedRows(of: cuts[index].text) ?? 0 }
            }
            guard let most = cuts.max(by: { $0.rows < $1.rows }), rows > 0, Double(most.rows) > 0.1 * Double(rows)
            else {
                return nil
            }
            let length = model.lengths[most.text]
            let own = results.scores.first { $0.name == name }?.seconds
            return Suggestion(
                reason: .cut(model: name, text: most.text, share: Double(most.rows) / Double(rows), length: length),
                command: command(
                    results, [(SettingPath(["models", name, "lengths", most.text]).text, "\(length * 2)")],
                    steps: ["\(name)/**"]),
                seconds: own, isOnGPU: false)
        }
    }

    /// Names as a list of YAML has them.
    private static func list(_ names: [String]) -> String { names.map(YAMLText.scalar).joined(separator: ", ") }

    private static func command(
        _ results: Results, _ settings: [(path: String, value: String)] = [], steps: [String] = []
    ) -> Command {
        Command(
            recipe: results.recipe.file.name.split(separator: "/").last.map(String.init) ?? "recipe.yaml",
            settings: settings, steps: steps)
    }
}
