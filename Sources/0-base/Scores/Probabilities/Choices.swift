// One right row in each group, as classes: a group is a row of a matrix, and the places of its rows are the classes. Knows no file.

/// Why rows are not groups of which one row each is right. Rows are numbered as people count, from 1.
package enum ChoiceError: Error, Equatable, CustomStringConvertible {
    /// A group, by its first row, in which no row is right, or several are: folds have parted it, or the table is wrong.
    case right(row: Int, count: Int)
    /// A group, by its first row, whose probabilities do not sum to 1.
    case sum(row: Int, sum: Double)

    /// The error in a sentence for people.
    package var description: String {
        switch self {
        case .right(let row, let count):
            "of the group of row \(row) \(count == 0 ? "no row is" : "\(count) rows are") right, and one is expected: groups must be whole"
        case .sum(let row, let sum):
            "the probabilities of the group of row \(row) sum to \(Float(sum)), and 1 is expected: each group shares 1 among its rows"
        }
    }
}

/// Groups of rows of which one each is right: questions with their candidates.
///
/// Whatever scores or fits one of several classes serves them by way of ``matrix(of:)`` and ``labels``: the classes are places in a
/// group, and a group that has fewer rows than the largest gives the last ones a probability of 0.
package struct Choices: Sendable {
    /// The places of the right rows among all rows, ascending; each stands for its group.
    package let right: [Int]
    /// Of each of these, its place among the rows of its group.
    package let labels: [Int]
    /// How many rows the largest group has.
    package let classCount: Int
    /// The rows of each group, ascending, in the order of `right`.
    private let members: [[Int]]
    /// The numbers that messages have of the rows.
    private let numbers: [Int]

    /// - Parameters:
    ///   - groups: of each row.
    ///   - truths: of each row 1 where it is right; as many.
    ///   - numbers: those of the rows in their table, from 0; as many. By default these are the table's rows.
    package init(groups: [Int], truths: [Double], numbers: [Int]? = nil) throws(ChoiceError) {
        precondition(groups.count == truths.count && numbers?.count ?? groups.count == groups.count, "one for each row")
        let grouping = RowGrouping(ids: groups)
        var found: [(right: Int, rows: [Int])] = []
        for group in 0..<grouping.count {
            let rows = Array(grouping[group])
            let right = rows.filter { truths[$0] == 1 }
            guard right.count == 1 else {
                throw .right(row: (numbers?[rows[0]] ?? rows[0]) + 1, count: right.count)
            }
            found.append((right[0], rows))
        }
        found.sort { $0.right < $1.right }
        right = found.map(\.right)
        labels = found.map { group in group.rows.firstIndex(of: group.right)! }
        members = found.map(\.rows)
        classCount = found.map(\.rows.count).max() ?? 1
        self.numbers = numbers ?? Array(groups.indices)
    }

    /// How far a group's sum may lie from 1, as of predictions that are brought: a program may have written few decimals. Metrics and fits
    /// divide a row of the matrix by its sum.
    private static let tolerance = 1e-2

    /// The probabilities of each group's rows as a row of the matrix.
    ///
    /// - Parameter values: the probability of each of the rows.
    package func matrix(of values: [Double]) throws(ChoiceError) -> ProbabilityMatrix {
        precondition(values.count == numbers.count, "one for each row")
        var cells = [Double](repeating: 0, count: members.count * classCount)
        for (group, rows) in members.enumerated() {
            var sum = 0.0
            for (place, row) in rows.enumerated() {
                cells[group * classCount + place] = values[row]
                sum += values[row]
            }
            guard abs(sum - 1) <= Self.tolerance else { throw .sum(row: numbers[rows[0]] + 1, sum: sum) }
        }
        return ProbabilityMatrix(trusted: cells, classCount: classCount)
    }

    /// The other way round: the probability of each row, of a matrix with a row for each group.
    package func values(of matrix: [Double]) -> [Double] {
        precondition(matrix.count == members.count * classCount, "a row for each group")
        var values = [Double](repeating: 0, count: numbers.count)
        for (group, rows) in members.enumerated() {
            for (place, row) in rows.enumerated() { values[row] = matrix[group * classCount + place] }
        }
        return values
    }
}
