// Labels that a fold's models cannot have learnt, since none of the rows they are trained on has them. Knows labels and folds, and no
// model.

/// A label that the models which are scored on a fold were trained without: all its rows stand there, or none stands before.
package struct UnseenLabel: Sendable, Equatable {
    /// An index into the recipe's labels.
    package let label: Int
    /// Nil for a label that no row has.
    package let fold: Int?
    package let rows: Int
    /// Whether rows of later folds have it: folds are in the order of time.
    package let comesLater: Bool

    package init(label: Int, fold: Int?, rows: Int, comesLater: Bool = false) {
        (self.label, self.fold, self.rows, self.comesLater) = (label, fold, rows, comesLater)
    }

    /// - Parameters:
    ///   - labels: the label of each row.
    ///   - folds: the fold of each row; as many. One below 0 is none: every model is trained on the row.
    ///   - isOrdered: whether models are trained on the rows of earlier folds alone, and on those of none.
    ///   - weights: how much each row counts in training; a row of weight 0 teaches nothing. Nil where all count alike.
    ///   - classes: how many labels there are.
    package static func all(
        labels: [Int], folds: [Int], isOrdered: Bool = false, weights: [Double]? = nil, classes: Int
    ) -> [UnseenLabel] {
        guard labels.count == folds.count, let first = folds.first, folds.contains(where: { $0 != first }) else {
            return []
        }
        let width = (folds.max() ?? 0) + 2
        // By label, the rows of no fold before those of each fold.
        var rows = [Int](repeating: 0, count: classes * width)
        for (row, (label, fold)) in zip(labels, folds).enumerated() where label >= 0 && label < classes {
            guard weights.map({ row < $0.count && $0[row] > 0 }) ?? true else { continue }
            rows[label * width + max(fold, -1) + 1] += 1
        }
        return (0..<classes).flatMap { label -> [UnseenLabel] in
            let own = rows[label * width..<(label + 1) * width]
            let all = own.reduce(0, +)
            guard all > 0 else { return [UnseenLabel(label: label, fold: nil, rows: 0)] }
            return (0..<width - 1).compactMap { fold in
                let held = own[own.startIndex + fold + 1]
                let taught = isOrdered ? own.prefix(fold + 1).reduce(0, +) : all - held
                guard held > 0, taught == 0 else { return nil }
                return UnseenLabel(label: label, fold: fold, rows: held, comesLater: held < all)
            }
        }
    }

    /// What it is called among the recipe's labels.
    package func name(_ labels: [String]) -> String { labels.indices.contains(label) ? labels[label] : "\(label)" }
}
