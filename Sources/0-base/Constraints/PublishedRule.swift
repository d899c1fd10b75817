// The coefficients that the second place of "H2O.ai Predict the LLM" published. Knows one group at a time.

internal import Arithmetic
package import Scores

/// A rule that pushes each group's probabilities towards its linear assignment: the chosen cell gains, the others
/// lose, and then each column is settled by its largest value.
///
/// In a group's rows x labels matrix, with the cells chosen by ``Assignment`` on the probabilities:
/// chosen p becomes p + gain (1 - p); every other p becomes p - p^power. Then each column, by its largest value:
/// above `certainAbove`, the winner becomes `winner` and the others `loser`; else above `highAbove`, the column is
/// multiplied by `highFactor`; else above `middleAbove`, by `middleFactor`. Rows are normalised last.
/// The defaults are the published values; they were found on that competition's out-of-fold predictions.
package struct PublishedRule: Equatable, Sendable {
    /// Share of the distance to 1 that a chosen cell gains.
    package var gain = 0.005
    /// Power of what every other cell loses; above 1.
    package var power = 1.475
    /// A column with a larger maximum than this is decided.
    package var certainAbove = 1.0
    /// A column with a larger maximum than this is multiplied by ``highFactor``.
    package var highAbove = 0.67
    /// A column with a larger maximum than this is multiplied by ``middleFactor``.
    package var middleAbove = 0.245
    /// The factor of a high column.
    package var highFactor = 0.285
    /// The factor of a middle column.
    package var middleFactor = 0.44
    /// The largest cell of a decided column.
    package var winner = 0.99
    /// Every other cell of a decided column.
    package var loser = 0.01

    /// The published coefficients.
    package init() {}

    /// Applies the rule to one group.
    ///
    /// - Parameters:
    ///   - group: rows x labels, at most as many rows as labels, rows summing to 1.
    ///   - chosen: the label that the assignment gives each row.
    /// - Returns: rows x labels, each row summing to 1. A row that the rule leaves without mass keeps its input.
    package func applied(to group: ProbabilityMatrix, chosen: [Int]) -> ProbabilityMatrix {
        precondition(chosen.count == group.rowCount, "one chosen label for each row")
        let (rows, labels) = (group.rowCount, group.classCount)
        var cells = group.values
        for row in 0..<rows {
            for label in 0..<labels {
                let p = cells[row * labels + label]
                let change = label == chosen[row] ? gain * (1 - p) : -Elementary.power(p, power)
                cells[row * labels + label] = max(p + change, 0)
            }
        }
        for label in 0..<labels {
            var top = 0
            for row in 0..<rows where cells[row * labels + label] > cells[top * labels + label] { top = row }
            let largest = cells[top * labels + label]
            for row in 0..<rows {
                let index = row * labels + label
                if largest > certainAbove {
                    cells[index] = row == top ? winner : loser
                } else if largest > highAbove {
                    cells[index] *= highFactor
                } else if largest > middleAbove {
                    cells[index] *= middleFactor
                }
            }
        }
        for row in 0..<rows {
            let range = row * labels..<(row + 1) * labels
            if !(cells[range].reduce(0, +) > 0) { cells.replaceSubrange(range, with: group[row: row]) }
        }
        return ProbabilityMatrix(trusted: cells, classCount: labels).normalised()
    }
}
