// The `folds` section: how training rows are split for out-of-fold predictions.

package enum FoldKind: String, CaseIterable, Sendable {
    case kFold = "k-fold"
    case stratifiedKFold = "stratified-k-fold"
    case groupKFold = "group-k-fold"
    case stratifiedGroupKFold = "stratified-group-k-fold"
    case column
    case time
    case validation

    /// Whether it deals rows by their groups, and so needs to know them.
    package var needsGroups: Bool { self == .groupKFold || self == .stratifiedGroupKFold }
    /// Whether rows of one group are kept in one fold. A column or file that parts a group is refused when it is read.
    package var respectsGroups: Bool { needsGroups || self == .column || self == .validation }
    /// Whether the shares of the labels are kept.
    package var isStratified: Bool { self == .stratifiedKFold || self == .stratifiedGroupKFold }
}

package struct FoldSection: Sendable {
    package var kind = FoldKind.stratifiedGroupKFold
    /// As the recipe says it.
    var given = 5
    package var seed = 42
    package var column: String?
    package var repeats = 1

    /// Whether chance has a part in it, so that it can be repeated.
    package var isDealt: Bool { ![.column, .time, .validation].contains(kind) }

    /// How many folds there are: the rows of a validation file are one.
    package var count: Int { kind == .validation ? 1 : given }

    /// Whether there may be rows of no fold, on which every model is trained and nothing is scored.
    package var mayLeaveRowsOut: Bool { !isDealt }

    static let declaration = Declaration(
        "How the training rows are split into folds.", initial: { FoldSection() },
        keys: [
            Key(
                "kind", \.kind, .choice, required: true,
                "Which rows may part: stratified keeps the shares of the labels, group keeps groups whole; column: as a column says; time: a model is trained on what came before the rows it is scored on; validation: the rows of data.validation are scored, and those of data.train are trained on."
            ),
            Key(
                "count", \.given, .integer(2...100),
                "The number of folds; of kind column the number of different values there; of kind time one fewer than the blocks, since the first is never scored."
            ),
            Key("seed", \.seed, .seed, "The seed of the shuffle before the split."),
            Key(
                "repeats", \.repeats, .integer(1...20), asBefore: 1,
                "How often the rows are dealt anew, each time with the next seed: each row is then predicted by so many models, of whose predictions the mean is taken."
            ),
            Key(
                "column", optional: \.column, .text(),
                "The column of the training table with each row's fold, for kind column: any texts or numbers, which are numbered in their natural order; an empty cell is a row that is always trained on and never scored. For kind time each row's date, or a number."
            ),
        ])
}

extension ValueShape where Value == Int {
    /// A seed: what numpy and torch both take.
    package static var seed: Self { .integer(0...4_294_967_295) }
}
