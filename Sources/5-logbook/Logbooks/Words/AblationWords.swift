// What is said of ablations: how they are set up, what was found and what that rests on. Judges nothing.

internal import Results
internal import Scores
internal import Statistics
internal import Words

extension AblationEntry {
    /// A sentence, and the verdict it tells of; nil where there is none.
    struct Conclusion {
        let text: String
        let outcome: Verdict.Outcome?
    }

    var conclusions: [Conclusion] {
        let base = arms.first(where: \.isBaseline)
        return arms.compactMap { arm in
            arm.comparison.map {
                Conclusion(
                    text: "\(name): \(base?.label ?? "") → \(arm.label): \($0.sentence) \(Self.basis(arm, base))",
                    outcome: $0.outcome)
            }
        }
            + refusals.map { Conclusion(text: "\(name): \($0.text)", outcome: nil) }
            + (arms.contains { $0.evaluation == nil }
                ? [Conclusion(text: "\(name): not all variants have been run.", outcome: nil)] : [])
    }

    /// `tiny, varying lora.rank: [4, 16]; baseline lora.rank=4.`
    ///
    /// - Parameter labels: what the classes are called.
    func setupText(_ labels: [String]) -> String {
        func text(_ settings: [Setting]) -> String { settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ") }
        var varied: [String] = []
        if !setup.vary.isEmpty { varied.append("varying \(text(setup.vary))") }
        if !setup.zip.isEmpty { varied.append("varying together \(text(setup.zip))") }
        if !setup.together.isEmpty { varied.append("as \(text(setup.together))") }
        if !setup.except.isEmpty { varied.append("without \(setup.except.joined(separator: ", "))") }
        var sentence = "\(of), " + varied.joined(separator: "; ")
        if !setup.with.isEmpty { sentence += "; with \(text(setup.with))" }
        if let baseline = arms.first(where: \.isBaseline) { sentence += "; baseline \(baseline.label)" }
        if setup.vary.count > 1 || !setup.zip.isEmpty || !setup.together.isEmpty {
            sentence += ". Several settings vary: a difference between two variants may be due to any of them"
        }
        if setup.isWeighted { sentence += "; each row counts as its weight says" }
        if let left = UnseenLabel.consequence(setup.unseen, labels) { sentence += "; \(left)" }
        return sentence + "."
    }

    /// What each arm took itself, in one unit; empty for one that has not run.
    var times: [String] { Self.times(of: arms) }

    static func times(of arms: [Arm]) -> [String] {
        Format.durations(arms.map(\.seconds), isOnGPU: arms.contains(where: \.isOnGPU))
    }

    /// `2 seeds × 3 folds, +12 s.`: what a verdict rests on, and what the variant costs beyond the baseline.
    static func basis(_ arm: Arm, _ base: Arm?) -> String {
        guard let one = arm.evaluation, let two = base?.evaluation else { return "" }
        guard let (own, other) = Evaluation.overlap(one, two) else { return "" }
        let folds = Format.count(own.foldCount, "fold")
        let (seeds, repeats) = (own.seeds(sharedWith: other), own.repeats)
        let isPaired = !seeds.isEmpty
        var factors = [folds]
        if isPaired, repeats > 1 { factors.insert(Format.count(repeats, "repeat"), at: 0) }
        if isPaired, own.hasSeeds { factors.insert(Format.count(seeds.count / repeats, "seed"), at: 0) }
        var text = factors.joined(separator: " × ")
        if !isPaired, own.hasSeeds || other.hasSeeds { text += " of averaged predictions" }
        if one.covered != two.covered { text += " over the \(Format.count(own.rows, "row")) that both are scored on" }
        if arm.seconds > 0, let base, base.seconds > 0 {
            let more = arm.seconds - base.seconds
            text += ", \(more < 0 ? "−" : "+")\(Format.duration(abs(more), isOnGPU: arm.isOnGPU))"
        }
        return text + (arm.isConfounded ? "; confounded: \(arm.changes.count) settings differ." : ".")
    }
}

extension AblationEntry.Change {
    /// `lora.rank 4 → 16`; of long values where they differ.
    var text: String {
        let shown = Abbreviation.distinct([old ?? "not set", new ?? "not set"], most: AblationEntry.longestLabel)
        return "\(path) \(shown[0]) → \(shown[1])"
    }
}

extension ArmDetail.Slice {
    /// `cut here alone`, `12–80 characters`.
    var name: String {
        switch which {
        case .label(let label): label
        case .lengths(let lengths): "\(lengths.lowerBound)–\(lengths.upperBound) characters"
        case .cut(inBaseline: false, inVariant: false): "whole in both"
        case .cut(inBaseline: true, inVariant: true): "cut in both"
        case .cut(inBaseline: true, inVariant: false): "cut in the baseline alone"
        case .cut(inBaseline: false, inVariant: true): "cut here alone"
        }
    }
}
