// Folds by the names of tables: train_fold_0.csv, fold3/train.csv. Knows names alone, not what is in the tables.

/// The number of a fold in a table's path, and the path without it.
struct FoldName: Hashable, Sendable {
    let number: Int
    let rest: String

    /// A number after the word "fold"; the last such number of the path counts.
    init?(in path: String) {
        let pattern = /([_\-. \/]?)(?:fold|split)[_\-. ]?([0-9]{1,3})([\/_\-]?)/.ignoresCase()
        guard let match = path.matches(of: pattern).last, let number = Int(match.output.2) else { return nil }
        self.number = number
        let separator = match.output.1.isEmpty || match.output.3.isEmpty ? "" : String(match.output.1)
        rest = path.replacingCharacters(in: match.range, with: separator)
    }

    /// A number at the end of the name before the ending, such as `train_0.csv`.
    init?(atEndOf path: String) {
        let pattern = /[_\-.]?([0-9]{1,2})(\.[A-Za-z]+)$/
        guard let match = path.firstMatch(of: pattern), let number = Int(match.output.1) else { return nil }
        self.number = number
        rest = path.replacingCharacters(in: match.range, with: String(match.output.2))
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
