// Labels that a fold's models cannot have learnt, since all their rows stand in that fold. Knows labels and folds, and no model.

/// A label all of whose rows stand in one fold: the models that are scored there were trained without it.
package struct UnseenLabel: Sendable, Equatable {
    /// An index into the recipe's labels.
    package let label: Int
    /// Nil for a label that no row has.
    package let fold: Int?
    package let rows: Int

    /// - Parameters:
    ///   - labels: the label of each row.
    ///   - folds: the fold of each row; as many.
    ///   - weights: how much each row counts in training; a row of weight 0 teaches nothing. Nil where all count alike.
    ///   - classes: how many labels there are.
    static func all(labels: [Int], folds: [Int], weights: [Double]? = nil, classes: Int) -> [UnseenLabel] {
        guard labels.count == folds.count, let first = folds.first, folds.contains(where: { $0 != first }) else {
            return []
        }
        var only = [Int?](repeating: nil, count: classes)
        var isSpread = [Bool](repeating: false, count: classes)
        var rows = [Int](repeating: 0, count: classes)
        for (row, (label, fold)) in zip(labels, folds).enumerated() where label >= 0 && label < classes {
            guard weights.map({ row < $0.count && $0[row] > 0 }) ?? true else { continue }
            rows[label] += 1
            if let known = only[label] {
                isSpread[label] = isSpread[label] || known != fold
            } else {
                only[label] = fold
            }
        }
        return (0..<classes).filter { !isSpread[$0] }.map { UnseenLabel(label: $0, fold: only[$0], rows: rows[$0]) }
    }

    /// What it is called among the recipe's labels.
    package func name(_ labels: [String]) -> String { labels.indices.contains(label) ? labels[label] : "\(label)" }
}
