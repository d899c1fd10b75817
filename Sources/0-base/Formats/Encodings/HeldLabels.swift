// Whether a file holds the labels of a table's rows, beside what names the rows. Knows cells by their values, no file's layout.

/// The labels of a table, by what names its rows, to be found again in other files.
package struct HeldLabels: Sendable {
    /// For each column that names rows: the label that goes with each of its values. Values with several labels are left out.
    private let byKey: [[UInt64: UInt64]]
    /// The label of each row.
    private let labels: [UInt64]
    private let labelName: UInt64
    /// Whether the order of the labels says nothing: sorted, or the same again and again, as many a table has them.
    private let isPlainOrder: Bool

    /// - Parameters:
    ///   - table: a CSV with a header, or JSON lines.
    ///   - label: the column of the labels.
    ///   - keys: the columns of what names a row: its id, its texts.
    ///
    /// Nil where it is none of these, or has no such column, or fewer than two labels.
    package init?(table: [UInt8], label: String, keys: [String]) {
        var places: (label: Int, keys: [Int])?
        var isFirst = true
        var found: [[UInt64: UInt64]] = []
        var labels: [UInt64] = []
        let isWhole = TableCells.forEachRow(of: table) { row in
            if isFirst {
                isFirst = false
                guard let own = row.firstIndex(of: TableCells.hash(label)) else { return false }
                let others = keys.compactMap { row.firstIndex(of: TableCells.hash($0)) }.filter { $0 != own }
                places = (own, others)
                found = others.map { _ in [:] }
                return true
            }
            guard let places, places.label < row.count else { return true }
            let label = row[places.label]
            labels.append(label)
            for (index, place) in places.keys.enumerated() where place < row.count && row[place] != TableCells.empty {
                let known = found[index].updateValue(label, forKey: row[place])
                if let known, known != label { found[index][row[place]] = TableCells.empty }
            }
            return true
        }
        guard isWhole, Set(labels.prefix(100_000)).count > 1 else { return nil }
        self.labels = labels
        labelName = TableCells.hash(label)
        byKey = found.map { $0.filter { $0.value != TableCells.empty } }
            .filter { $0.count > 1 && $0.count * 2 >= labels.count }
        isPlainOrder = Self.isPlain(labels)
    }

    private static func isPlain(_ labels: [UInt64]) -> Bool {
        let kinds = Set(labels).count
        let changes = zip(labels, labels.dropFirst()).count { $0 != $1 }
        return changes < kinds || labels.indices.allSatisfy { $0 < kinds || labels[$0] == labels[$0 - kinds] }
    }

    /// Whether a file has two columns of which one names rows of the table, and the other has the label of every row so named; or one
    /// column that is the labels in their order. Half of the rows are enough, or twenty, if they have two labels.
    ///
    /// A text that no table is written in, such as Parquet, holds none that can be seen here.
    package func areIn(_ file: [UInt8]) -> Bool {
        var matches = byKey.map { _ in [Int: Match]() }
        var columns: [Int: Column] = [:]
        var header: [UInt64] = []
        var rows = 0
        TableCells.forEachRow(of: file) { row in
            if rows == 0 { header = row }
            for (index, labels) in byKey.enumerated() {
                for (place, cell) in row.enumerated() {
                    guard let label = labels[cell] else { continue }
                    matches[index][place, default: Match()].take(cell, label, row)
                }
            }
            follow(row, number: rows, in: &columns)
            rows += 1
            return true
        }
        for (labels, found) in zip(byKey, matches) where found.values.contains(where: { $0.isEnough(of: labels.count) })
        {
            return true
        }
        return columns.contains { place, column in
            guard column.isAlive, column.labels == labels.count else { return false }
            return place < header.count && header[place] == labelName && column.isHeaded
                || !isPlainOrder && labels.count >= 8
        }
    }

    /// So many rows that have the right label by chance are none.
    private static let enough = 20

    /// A column of values that name rows, and the columns that have had the right label in each row so far.
    private struct Match {
        private var alive: [Int]?
        private var keys: Set<UInt64> = []
        private var labels: Set<UInt64> = []

        mutating func take(_ key: UInt64, _ label: UInt64, _ row: [UInt64]) {
            guard let alive else {
                self.alive = row.indices.filter { row[$0] == label }
                if self.alive?.isEmpty == false { note(key, label) }
                return
            }
            guard !alive.isEmpty else { return }
            if !alive.allSatisfy({ $0 < row.count && row[$0] == label }) {
                self.alive = alive.filter { $0 < row.count && row[$0] == label }
                if self.alive?.isEmpty == true { (keys, labels) = ([], []) }
            }
            note(key, label)
        }

        private mutating func note(_ key: UInt64, _ label: UInt64) {
            if keys.count < HeldLabels.enough { keys.insert(key) }
            if labels.count < 2 { labels.insert(label) }
        }

        func isEnough(of count: Int) -> Bool {
            alive?.isEmpty == false && labels.count > 1 && keys.count >= min(HeldLabels.enough, (count + 1) / 2)
        }
    }

    /// A column that may be the labels in their order.
    private struct Column {
        var isAlive = true
        /// Whether the first line is no label.
        var isHeaded = false
        /// How many labels it has had.
        var labels = 0
    }

    private func follow(_ row: [UInt64], number: Int, in columns: inout [Int: Column]) {
        if number == 0 {
            for (place, cell) in row.enumerated() {
                let isFirst = cell == labels[0] && cell != labelName
                columns[place] = Column(isHeaded: !isFirst, labels: isFirst ? 1 : 0)
            }
            return
        }
        for (place, column) in columns {
            if column.labels < labels.count, place < row.count, row[place] == labels[column.labels] {
                columns[place]?.labels += 1
            } else {
                columns[place] = nil
            }
        }
    }
}
