// How often a model is fitted: without each fold, without some of them, on all rows.

internal import Diagnostics
internal import Digests
internal import Nodes

/// What a model is trained on: every fold's complement, or all rows.
package enum Fit: String, CaseIterable, Sendable { case folds, full }

/// What a model is fitted on. With ``folds`` it is fitted without these alone: a cheap look, scored on the rows of these folds.
package struct ModelFit: Sendable, Hashable, ExpressibleByArrayLiteral {
    package var parts: [Fit]
    /// Ascending; nil for all.
    package var folds: [Int]?

    package init(arrayLiteral parts: Fit...) { self.parts = parts }
    package init(_ parts: [Fit], folds: [Int]? = nil) { (self.parts, self.folds) = (parts, folds) }

    package func contains(_ part: Fit) -> Bool { parts.contains(part) }

    /// The folds that it is fitted without, of `count`.
    package func folds(of count: Int) -> [Int] {
        contains(.folds) ? (folds ?? Array(0..<count)).filter { $0 < count } : []
    }

    static let shape = ValueShape<ModelFit>(schema: ["anyOf": [whole.schema, SomeFolds.declaration.shape.schema]]) {
        node, reading in
        guard node.entries != nil else { return whole.decode(node, &reading).map { ModelFit($0) } }
        return SomeFolds.declaration.shape.decode(node, &reading).map {
            ModelFit($0.isFull ? [.folds, .full] : [.folds], folds: $0.folds.sorted())
        }
    } encode: { fit in
        guard let folds = fit.folds else { return whole.encode(fit.parts) }
        return SomeFolds.declaration.shape.encode(SomeFolds(folds: folds, isFull: fit.contains(.full)))
    }

    private static let whole = ValueShape<[Fit]>.list(of: .choice)
}

/// `{folds: [0, 1]}`.
private struct SomeFolds: Sendable {
    var folds: [Int] = []
    var isFull = false

    static let declaration = Declaration(
        "A model without each of some folds in turn: a cheap look.", initial: { SomeFolds() },
        keys: [
            Key(
                "folds", \.folds, .list(of: .integer(0...99)), required: true,
                "The folds, from 0: models are trained without these alone, and scored on their rows."),
            Key("full", \.isFull, .boolean, "Whether there is one on all rows, too, which predicts the test."),
        ])
}
