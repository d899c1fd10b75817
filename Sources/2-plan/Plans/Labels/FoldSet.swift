// Sets of folds, and what something has seen of the labels in them.

package import Digests

/// Some folds of the training table; a recipe has at most 100.
package struct FoldSet: Sendable, Hashable {
    private var bits: UInt128 = 0

    package init() {}

    package init(_ folds: some Sequence<Int>) { for fold in folds { bits |= 1 << fold } }

    /// All of `count` folds but one.
    package init(all count: Int, without fold: Int? = nil) {
        self.init((0..<count).filter { $0 != fold })
    }

    package func contains(_ fold: Int) -> Bool { bits >> fold & 1 == 1 }
    package mutating func formUnion(_ other: FoldSet) { bits |= other.bits }
    package func subtracting(_ other: FoldSet) -> FoldSet {
        var result = self
        result.bits &= ~other.bits
        return result
    }
    package var isEmpty: Bool { bits == 0 }
    /// Ascending.
    package var folds: [Int] { (0..<128).filter(contains) }
}

/// The labels that something depends on.
package struct Seen: Sendable, Hashable {
    /// Folds whose labels it was fitted on, itself or through something that was.
    package var direct = FoldSet()
    /// Folds whose labels shaped the out-of-fold predictions it was fitted on. A stacker without fold 0 learns from predictions of
    /// fold 1 by a model that was trained on fold 0. Cross-fitting over the same folds accepts that; it is told and is no leak.
    package var through = FoldSet()

    package mutating func formUnion(_ other: Seen) {
        direct.formUnion(other.direct)
        through.formUnion(other.through)
    }

    /// As something that is fitted on out-of-fold predictions takes it over.
    var asFittedOn: FoldSet {
        var all = direct
        all.formUnion(through)
        return all
    }
}

/// What an output of a step has to do with the training table's labels.
package enum Sight: Sendable, Hashable {
    /// Nothing.
    case none
    /// It holds the labels, each row its own.
    case labels
    /// One thing for all rows that it is used on: a fitted model, a parameter, predictions of the test.
    case whole(Seen)
    /// Values for training rows: what those of each fold's rows have seen. Out-of-fold means that no fold has seen itself.
    case rows([Seen])

    /// The folds whose rows have seen their own labels.
    package var leaking: [Int] {
        guard case .rows(let seen) = self else { return [] }
        return seen.indices.filter { seen[$0].direct.contains($0) }
    }

    /// What the rows of a fold have seen, or all of it where it is one thing.
    func seen(rowsOf fold: Int) -> Seen {
        switch self {
        case .none, .labels: Seen()
        case .whole(let seen): seen
        case .rows(let seen): seen.indices.contains(fold) ? seen[fold] : Seen()
        }
    }
}

extension Sight {
    /// For a person: the folds whose labels were seen, fold by fold where the rows of folds differ; null for nothing.
    package var json: JSON {
        switch self {
        case .none: .null
        case .labels: "the labels themselves"
        case .whole(let seen): seen.json
        case .rows(let rows):
            .object(Dictionary(uniqueKeysWithValues: rows.indices.map { ("rows of fold \($0)", rows[$0].json) }))
        }
    }
}

extension Seen {
    /// `direct` beside what came in through out-of-fold predictions only.
    package var json: JSON {
        ["folds": direct.json, "through out-of-fold predictions": through.subtracting(direct).json]
    }
}

extension FoldSet {
    package var json: JSON { .array(folds.map { .integer($0) }) }
}
