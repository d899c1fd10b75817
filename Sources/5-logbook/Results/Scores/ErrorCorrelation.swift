// How alike two models err: what averaging them can gain hangs on it. Knows recorded losses alone.

extension Evaluation {
    /// Pearson's correlation of the two's losses, row by row; nil where one of them does not vary, and where they are not of the
    /// same rows.
    package func correlation(with other: Evaluation) -> Double? {
        guard covered == other.covered, let left = losses["average"], let right = other.losses["average"],
            left.count == right.count,
            left.count > 1
        else { return nil }
        let means = (left.reduce(0, +) / Double(left.count), right.reduce(0, +) / Double(right.count))
        var (product, squareLeft, squareRight) = (0.0, 0.0, 0.0)
        for (a, b) in zip(left, right) {
            product += (a - means.0) * (b - means.1)
            squareLeft += (a - means.0) * (a - means.0)
            squareRight += (b - means.1) * (b - means.1)
        }
        guard squareLeft > 0, squareRight > 0 else { return nil }
        return product / (squareLeft * squareRight).squareRoot()
    }
}
