// Several models' predictions as one: the weighted mean, of probabilities in one of four scales. Knows no labels and no folds.

internal import Arithmetic

/// The scale in which probabilities are averaged.
package enum AveragingScale: String, CaseIterable, Sendable {
    /// The probabilities themselves: the linear pool.
    case probabilities
    /// Each class's log-odds, ln(p / (1 - p)).
    case logits
    /// Logarithms, so that the result is the geometric mean, divided by the row's sum: the mean of softmax logits.
    case geometric
    /// The rank of each probability among all rows of its class, over the number of rows; ties share their mean rank.
    case rank

    /// A member's values in this scale, row-major. Probabilities of 0 and 1 are moved to `LogLoss.floor` and 1 less that.
    func values(of member: ProbabilityMatrix) -> [Double] {
        let share = member.normalised()
        switch self {
        case .probabilities: return share.values
        case .logits:
            return share.values.map { value in
                let clipped = Self.clip(value)
                return Elementary.logarithm(clipped) - Elementary.logarithm(onePlus: -clipped)
            }
        case .geometric: return share.values.map { Elementary.logarithm(Self.clip($0)) }
        case .rank: return Self.ranks(share)
        }
    }

    /// Turns a weighted mean of ``values(of:)`` back into probabilities.
    func probabilities(of mean: [Double], classes: Int) -> ProbabilityMatrix {
        var values = mean
        values.withUnsafeMutableBufferPointer { buffer in
            for start in stride(from: 0, to: buffer.count, by: classes) {
                let row = UnsafeMutableBufferPointer(rebasing: buffer[start..<start + classes])
                switch self {
                case .probabilities, .rank: break
                case .logits: for index in row.indices { row[index] = 1 / (1 + Elementary.exponential(-row[index])) }
                case .geometric:
                    let top = row.max() ?? 0
                    for index in row.indices { row[index] = Elementary.exponential(row[index] - top) }
                }
                normaliseRow(row)
            }
        }
        return ProbabilityMatrix(trusted: values, classCount: classes)
    }

    private static func clip(_ value: Double) -> Double { min(max(value, LogLoss.floor), 1 - LogLoss.floor) }

    private static func ranks(_ matrix: ProbabilityMatrix) -> [Double] {
        let rows = matrix.rowCount
        var result = [Double](repeating: 0, count: matrix.values.count)
        for label in 0..<matrix.classCount {
            let order = (0..<rows).sorted { matrix[$0, label] < matrix[$1, label] }
            var start = 0
            while start < rows {
                var end = start + 1
                while end < rows, matrix[order[end], label] == matrix[order[start], label] { end += 1 }
                // Ranks count from 1; those of start..<end are start + 1 ... end.
                let rank = Double(start + 1 + end) / 2
                for position in start..<end {
                    result[order[position] * matrix.classCount + label] = rank / Double(rows)
                }
                start = end
            }
        }
        return result
    }
}

/// Some models' predictions of the same rows: probabilities in a scale, or numbers as they are.
package struct AveragingMembers: Sendable {
    /// Nil for numbers.
    package let scale: AveragingScale?
    package let classes: Int
    package let rowCount: Int
    /// By member, row-major.
    let values: [[Double]]

    /// - Parameter members: at least one, all of one shape (preconditions).
    package init(_ members: [ProbabilityMatrix], scale: AveragingScale) {
        precondition(!members.isEmpty, "something to average")
        self.scale = scale
        classes = members[0].classCount
        rowCount = members[0].rowCount
        let shape = (classes, rowCount)
        precondition(members.allSatisfy { ($0.classCount, $0.rowCount) == shape }, "members of one shape")
        values = members.map { scale.values(of: $0) }
    }

    /// Numbers, `width` for a row, row-major.
    ///
    /// - Parameter members: at least one, all of one length (preconditions).
    package init(numbers members: [[Double]], width: Int) {
        precondition(!members.isEmpty && members.allSatisfy { $0.count == members[0].count }, "members of one shape")
        self.init(scale: nil, classes: width, rowCount: members[0].count / width, values: members)
    }

    private init(scale: AveragingScale?, classes: Int, rowCount: Int, values: [[Double]]) {
        (self.scale, self.classes, self.rowCount, self.values) = (scale, classes, rowCount, values)
    }

    package var count: Int { values.count }

    /// The weighted mean of probabilities (a precondition), with weights as ``values(weights:)`` takes them.
    package func mean(weights: [Double]) -> ProbabilityMatrix {
        precondition(scale != nil, "probabilities")
        return ProbabilityMatrix(trusted: values(weights: weights), classCount: classes)
    }

    /// The weighted mean, row-major: probabilities, or numbers. Weights: one for each member, none negative, not all 0
    /// (preconditions); they need not sum to 1.
    package func values(weights: [Double]) -> [Double] {
        let total = weights.reduce(0, +)
        precondition(weights.count == count && weights.allSatisfy { $0 >= 0 } && total > 0, "a weight for each member")
        var sums = [Double](repeating: 0, count: rowCount * classes)
        for (weight, member) in zip(weights, values) where weight > 0 {
            let share = weight / total
            for index in sums.indices { sums[index] += share * member[index] }
        }
        return scale.map { $0.probabilities(of: sums, classes: classes).values } ?? sums
    }

    /// Some of the rows, with the values they have among all.
    func selecting(_ rows: [Int]) -> AveragingMembers {
        AveragingMembers(
            scale: scale, classes: classes, rowCount: rows.count,
            values: values.map { member in rows.flatMap { member[$0 * classes..<($0 + 1) * classes] } })
    }
}
