// Which rows belong together. Knows nothing of probabilities or of what a group means.

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

    /// Number of groups.
    package var count: Int { starts.count - 1 }
    /// Number of rows in all groups.
    package var rowCount: Int { rows.count }

    /// The rows of group `group`, ascending.
    package subscript(group: Int) -> ArraySlice<Int> { rows[starts[group]..<starts[group + 1]] }

    /// The first group with more than `limit` rows, if there is one.
    func firstGroup(largerThan limit: Int) -> Int? {
        (0..<count).first { starts[$0 + 1] - starts[$0] > limit }
    }
}
