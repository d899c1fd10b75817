// What is said of what to try next: why, as a sentence, and the command that does it. Finds nothing.

internal import Results
internal import Statistics
internal import Words

extension Suggestion {
    /// `0.52 GPU-h`, `12 s`.
    var cost: String? { seconds.map { Format.duration($0, isOnGPU: isOnGPU) } }

    /// Why, as a sentence.
    var sentence: String {
        switch reason {
        case .missing(let steps):
            return "\(Format.count(steps, "step")) of the recipe \(steps == 1 ? "has" : "have") not been run."
        case .helping(let variants, let subject):
            let names = variants.map { "\($0.variant) (\($0.ablation))" }.joined(separator: " and ")
            return variants.count > 1
                ? "\(names) help \(subject) singly; whether they do together is not known yet."
                : "\(names) helps \(subject): take it over into the recipe."
        case .rounds(let entry, let isWorse, let difference, let best):
            let finding = isWorse ? "make \(entry) worse" : "show no gain for \(entry)"
            let passed = best == 0 ? "the first pass" : "round \(best)"
            return "Pseudo-labels \(finding) (\(Format.difference(difference))): hand in that of \(passed)."
        case .open(let variant, let ablation, let outcome, let further):
            return
                "\(ablation), \(variant) is \(outcome.rawValue): by the estimate of these seeds \(Format.count(further, "more seed")) would find a difference as large as the one seen four times of five."
        case .tooSmall(let ablation, let detectable, let hasSeeds):
            let found = "find a difference of \(Format.decimal(detectable, 3)) four times of five"
            let known =
                hasSeeds
                ? "these folds and seeds \(found)"
                : "training has no chance in it, so seeds change nothing; these folds \(found)"
            return "\(ablation): \(known), and what was seen is smaller. It is open: choose what costs less."
        case .betterWithout(let member, let average, let gain):
            return "\(average) is better without \(member) (by \(Format.score(gain)))."
        case .average(let members, let logLoss, let gain):
            return
                "By their recorded losses the average of \(members.joined(separator: " and ")) scores \(Format.score(logLoss)), \(Format.score(gain)) better than the better of the two."
        case .cut(let model, let text, let share, let length):
            let what = text == "answer" ? "answers" : "texts \"\(text)\""
            return "\(Format.percent(share)) of the \(what) that \(model) reads are cut at \(length) tokens."
        }
    }
}

extension Suggestion.Command {
    /// The command as a shell takes it.
    var text: String {
        (["ablate run", ShellText.word(recipe)] + settings.map { "--set \(ShellText.word("\($0.path)=\($0.value)"))" }
            + steps.map(ShellText.word)).joined(separator: " ")
    }
}
