// How often each label may occur in a group. Knows no probabilities and no rows.

/// What a complete group holds: each label once, or as many times as its count says.
///
/// A complete group has ``total`` places, one for each label and time it occurs, and every way of giving its rows
/// the places is equally likely beforehand. A group with fewer rows leaves places empty.
package struct LabelCounts: Equatable, Sendable {
    /// How often each label occurs in a complete group; at least 1.
    package let counts: [Int]
    /// Number of places, the most rows of a group.
    package let total: Int

    /// Labels that occur as often as `counts` says, each at least once (a precondition).
    package init(_ counts: [Int]) {
        precondition(!counts.isEmpty && counts.allSatisfy { $0 >= 1 }, "every label can occur")
        self.counts = counts
        total = counts.reduce(0, +)
    }

    /// Every label once.
    package static func oneOfEach(_ labels: Int) -> LabelCounts {
        LabelCounts([Int](repeating: 1, count: labels))
    }

    /// Whether each label occurs once.
    package var isOneOfEach: Bool { counts.allSatisfy { $0 == 1 } }

    /// The label of each place, ascending.
    package var places: [Int] { counts.indices.flatMap { repeatElement($0, count: counts[$0]) } }
}
