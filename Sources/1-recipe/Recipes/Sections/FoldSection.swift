// The `folds` section: how training rows are split for out-of-fold predictions.

package enum FoldKind: String, CaseIterable, Sendable {
    case kFold = "k-fold"
    case stratifiedKFold = "stratified-k-fold"
    case groupKFold = "group-k-fold"
    case stratifiedGroupKFold = "stratified-group-k-fold"
    case column

    /// Whether it deals rows by their groups, and so needs to know them.
    package var needsGroups: Bool { self == .groupKFold || self == .stratifiedGroupKFold }
    /// Whether rows of one group are kept in one fold. A column that parts a group is refused when it is read.
    package var respectsGroups: Bool { needsGroups || self == .column }
    /// Whether the shares of the labels are kept.
    package var isStratified: Bool { self == .stratifiedKFold || self == .stratifiedGroupKFold }
}

package struct FoldSection: Sendable {
    package var kind = FoldKind.stratifiedGroupKFold
    package var count = 5
    package var seed = 42
    package var column: String?

    static let declaration = Declaration(
        "How the training rows are split into folds.", initial: { FoldSection() },
        keys: [
            Key(
                "kind", \.kind, .choice, required: true,
                "Which rows may part: stratified keeps the shares of the labels, group keeps groups whole; column: as a column says."
            ),
            Key(
                "count", \.count, .integer(2...100),
                "The number of folds; of kind column the number of different values there."),
            Key("seed", \.seed, .seed, "The seed of the shuffle before the split."),
            Key(
                "column", optional: \.column, .text(),
                "The column of the training table with each row's fold, for kind column: any texts or numbers, which are numbered in their natural order."
            ),
        ])
}

extension ValueShape where Value == Int {
    /// A seed: what numpy and torch both take.
    package static var seed: Self { .integer(0...4_294_967_295) }
}
