// Which rows belong together. Knows nothing of probabilities or of what a group means.

internal import Arithmetic

/// Why groups cannot be given labels that occur once each.
package enum GroupError: CancellableError, Equatable, CustomStringConvertible {
    /// More labels than the exact sum over subsets can take; Sinkhorn scaling or the assignment can.
    case tooManyLabels(count: Int, limit: Int)
    /// A group (numbered from zero) with more rows than labels, each counted as often as it can occur.
    case tooManyRows(group: Int, rows: Int, labels: Int)
    /// A fold (numbered from zero) without any group.
    case emptyFold(Int)
    /// The groups, labels or folds do not cover the rows of the matrix.
    case mismatch(rows: Int, described: Int)
    /// The work is wanted no longer.
    case cancelled

    /// The error in a sentence for people.
    package var description: String {
        switch self {
        case .tooManyLabels(let count, let limit):
            "\(count) labels are too many for exact marginals, which take at most \(limit)"
        case .tooManyRows(let group, let rows, let labels):
            "group \(group) has \(rows) rows, and there are labels for only \(labels)"
        case .emptyFold(let fold): "fold \(fold) has no group"
        case .mismatch(let rows, let described):
            "the matrix has \(rows) rows, and \(described) were described"
        case .cancelled: "cancelled"
        }
    }
}

/// A partition of rows into groups, such as the seven responses to one question.
///
/// Groups are numbered from zero by first appearance; the rows of a group keep their order and need not be
/// neighbours.
package struct RowGrouping: Equatable, Sendable {
    /// Row indices, group after group.
    private let rows: [Int]
    /// Where each group starts in `rows`, then the number of rows; `count + 1` offsets.
    private let starts: [Int]
    /// The group of each row, numbered by first appearance.
    package let groupOfRow: [Int]

    /// Groups the rows that share an id; `ids` has one id for each row.
    package init<ID: Hashable>(ids: [ID]) {
        var numbers: [ID: Int] = [:]
        var groupOfRow: [Int] = []
        var sizes: [Int] = []
        groupOfRow.reserveCapacity(ids.count)
        for id in ids {
            let group: Int
            if let known = numbers[id] {
                group = known
            } else {
                group = sizes.count
                numbers[id] = group
                sizes.append(0)
            }
            sizes[group] += 1
            groupOfRow.append(group)
        }
        var starts = [0]
        for size in sizes { starts.append(starts[starts.count - 1] + size) }
        var next = starts
        var rows = [Int](repeating: 0, count: ids.count)
        for (row, group) in groupOfRow.enumerated() {
            rows[next[group]] = row
            next[group] += 1
        }
        self.rows = rows
        self.starts = starts
        self.groupOfRow = groupOfRow
    }

    private init(rows: [Int], starts: [Int], groupOfRow: [Int]) {
        (self.rows, self.starts, self.groupOfRow) = (rows, starts, groupOfRow)
    }

    /// The rows of some groups, group after group, and the grouping of these rows by themselves.
    package func part(_ range: Range<Int>) -> (rows: ArraySlice<Int>, groups: RowGrouping) {
        let first = starts[range.lowerBound]
        let own = rows[first..<starts[range.upperBound]]
        let numbers = [Int](unsafeUninitializedCapacity: own.count) { buffer, count in
            for group in range {
                for _ in starts[group]..<starts[group + 1] {
                    buffer.initializeElement(at: count, to: group - range.lowerBound)
                    count += 1
                }
            }
        }
        let grouping = RowGrouping(
            rows: Array(0..<own.count), starts: starts[range.lowerBound...range.upperBound].map { $0 - first },
            groupOfRow: numbers)
        return (own, grouping)
    }

    /// Number of groups.
    package var count: Int { starts.count - 1 }
    /// Number of rows in all groups.
    package var rowCount: Int { rows.count }

    /// Number of rows of group `group`.
    package func size(of group: Int) -> Int { starts[group + 1] - starts[group] }

    /// The rows of group `group`, ascending.
    package subscript(group: Int) -> ArraySlice<Int> { rows[starts[group]..<starts[group + 1]] }

    /// Throws ``GroupError`` where these are not the groups of `matrix`, or a group has more rows than `places`.
    package func check(for matrix: ProbabilityMatrix, places: Int) throws(GroupError) {
        guard rowCount == matrix.rowCount else { throw .mismatch(rows: matrix.rowCount, described: rowCount) }
        for group in 0..<count where starts[group + 1] - starts[group] > places {
            throw .tooManyRows(group: group, rows: self[group].count, labels: places)
        }
    }
}
