// "Did you mean ...?": the candidate nearest to what was written.

/// The candidate within a small edit distance of a misspelt word.
package enum Spelling {
    /// The nearest candidate, or nil when none is near enough: at most a third of the word's letters, and at least one.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let length = word.unicodeScalars.count
        guard length <= 200 else { return nil }
        let limit = max(1, min(word.count, 12) / 3)
        var best: (word: String, distance: Int)?
        for candidate in candidates
        where candidate != word && abs(candidate.utf8.count - word.utf8.count) <= 4 * limit {
            let distance = distance(normalised(word), normalised(candidate))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// Whether two words differ only in case or in `_` for `-`: then one is certainly the other.
    package static func isSame(_ word: String, _ other: String) -> Bool { normalised(word) == normalised(other) }

    /// Case and the choice between `_` and `-` are never what a person meant to get wrong.
    private static func normalised(_ word: String) -> [Character] {
        word.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 }
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
