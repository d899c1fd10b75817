// Rows of several tables that belong together, whatever table they stand in: they are in one fold. Knows rows, tables and what links them
// as numbers, and no table's content.

/// What becomes of the folds of several tables' rows when rows that are linked must not be parted.
package struct LinkedRows: Sendable {
    /// The fold of each row: -1 of none, -2 of a row that belongs to several folds and so is left to no model of a fold.
    package private(set) var folds: [Int]
    /// Rows of a fold that are not scored, ascending.
    package private(set) var unscored: [Int] = []
    /// Rows that followed rows of earlier tables into another fold than they were dealt.
    package private(set) var moved = 0

    /// Rows of later tables follow those of earlier ones that they are linked with, whole groups together; rows that are not scored follow
    /// any that are.
    ///
    /// - Parameters:
    ///   - dealt: the fold of each row that is scored, dealt table by table; any value for others.
    ///   - tables: the table of each row; tables are in the order in which they count.
    ///   - scored: whether the rows of each table are scored.
    ///   - links: for each row, numbers that rows which belong together share: of its question and of its group.
    package init(dealt: [Int], tables: [Int], scored: [Bool], links: [[Int]]) {
        folds = dealt
        var known: [Int: Set<Int>] = [:]
        for table in scored.indices where scored[table] {
            let rows = dealt.indices.filter { tables[$0] == table }
            // What is linked within this table moves as one.
            var target: [Int: Int] = [:]
            for row in rows {
                let earlier = links[row].reduce(into: Set<Int>()) { $0.formUnion(known[$1] ?? []) }
                guard let fold = earlier.min() else { continue }
                for link in links[row] { target[link] = min(target[link] ?? fold, fold) }
            }
            for row in rows {
                guard let fold = links[row].compactMap({ target[$0] }).min(), fold != folds[row] else { continue }
                folds[row] = fold
                moved += 1
            }
            for row in rows { for link in links[row] { known[link, default: []].insert(folds[row]) } }
        }
        for row in dealt.indices where !scored[tables[row]] {
            let own = links[row].reduce(into: Set<Int>()) { $0.formUnion(known[$1] ?? []) }
            folds[row] = own.count > 1 ? -2 : own.first ?? -1
            if own.count == 1 { unscored.append(row) }
        }
    }
}
