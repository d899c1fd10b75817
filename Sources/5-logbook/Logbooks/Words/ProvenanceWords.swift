// What is said of where results come from: texts that were looked at, outputs that somebody accepted, and on which day.

internal import Results
internal import Words

extension TextLook {
    /// `1,024 prompts in 8 clusters; 3 pairs nearly the same, 1 of them in different folds, 0 between train and test.`
    var sentence: String {
        let pairs = nearDuplicates
        return "\(Format.count(questions, "different \(column)")) in \(Format.count(clusters.count, "cluster")); "
            + "\(Format.count(pairs.pairs, "pair")) nearly the same, \(pairs.acrossFolds) in different folds, "
            + "\(pairs.withTest) between train and test."
    }
}

extension Provenance.AcceptedOutput {
    /// `an older output, accepted on 2026-11-23 by ada@host: only a comment changed`; the day is that of UTC.
    var words: String { "an older output, accepted on \(Self.day(at)) by \(by): \(reason)" }

    /// The date by the Gregorian calendar, from seconds since 1970: counted in eras of 400 years that begin in March.
    private static func day(_ seconds: Double) -> String {
        let days = Int((seconds / 86_400).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let rest = days - era * 146_097
        let years = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365
        let dayOfYear = rest - (365 * years + years / 4 - years / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = years + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }
}
