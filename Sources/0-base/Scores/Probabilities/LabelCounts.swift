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

    /// The most places that a group may have: what works on groups works on all places of one at a time.
    package static let mostPlaces = 4_096

    /// Labels that occur as often as `counts` says. Nil unless there is one, each occurs at least once, and a group has no more than
    /// ``mostPlaces``.
    package init?(_ counts: [Int]) {
        var total = 0
        for count in counts {
            guard (1...Self.mostPlaces).contains(count), total + count <= Self.mostPlaces else { return nil }
            total += count
        }
        guard total > 0 else { return nil }
        (self.counts, self.total) = (counts, total)
    }

    private init(ones count: Int) { (counts, total) = ([Int](repeating: 1, count: count), count) }

    /// Every label once.
    package static func oneOfEach(_ labels: Int) -> LabelCounts { LabelCounts(ones: labels) }

    /// Whether each label occurs once.
    package var isOneOfEach: Bool { counts.allSatisfy { $0 == 1 } }

    /// The label of each place, ascending.
    package var places: [Int] { counts.indices.flatMap { repeatElement($0, count: counts[$0]) } }
}
