// The `folds` section: how training rows are split for out-of-fold predictions.

package enum FoldKind: String, CaseIterable, Sendable {
    case kFold = "k-fold"
    case stratifiedKFold = "stratified-k-fold"
    case groupKFold = "group-k-fold"
    case stratifiedGroupKFold = "stratified-group-k-fold"

    /// Whether rows of one group are kept in one fold.
    package var respectsGroups: Bool { self == .groupKFold || self == .stratifiedGroupKFold }
    /// Whether the shares of the labels are kept.
    package var isStratified: Bool { self == .stratifiedKFold || self == .stratifiedGroupKFold }
}

package struct FoldSection: Sendable {
    package var kind = FoldKind.stratifiedGroupKFold
    package var count = 5
    package var seed = 42

    static let declaration = Declaration(
        "How the training rows are split into folds.", initial: { FoldSection() },
        keys: [
            Key(
                "kind", \.kind, .choice, required: true,
                "Which rows may part: stratified keeps the shares of the labels, group keeps groups whole."),
            Key("count", \.count, .integer(2...100), "The number of folds."),
            Key("seed", \.seed, .seed, "The seed of the shuffle before the split."),
        ])
}

extension ValueShape where Value == Int {
    /// A seed: what numpy and torch both take.
    package static var seed: Self { .integer(0...4_294_967_295) }
}
