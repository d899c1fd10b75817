// Rows of several tables that belong together, whatever table they stand in: they are in one fold. Knows rows, tables and what links them
// as numbers, and no table's content.

/// What becomes of the folds of several tables' rows when rows that are linked must not be parted.
package struct LinkedRows: Sendable {
    /// The fold of each row: -1 of none, -2 of a row that belongs to several folds and so is left to no model of a fold.
    package private(set) var folds: [Int]
    /// Rows of a fold that are not scored, ascending.
    package private(set) var unscored: [Int] = []
    /// Rows that followed rows of earlier tables into another fold than they were dealt; not those that no fold has now.
    package private(set) var moved = 0

    /// Rows of later tables follow those of earlier ones that they are linked with, whatever they are linked with in their own table
    /// together; rows that are not scored follow any that are. Where that would be into several folds, they are left to none (-2): in
    /// either fold they would be trained on for the model of the other.
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
            let earlier = rows.map { row in links[row].reduce(into: Set<Int>()) { $0.formUnion(known[$1] ?? []) } }
            // What is linked within this table moves as one; a row that belongs to several folds by itself links nothing.
            var parts = LinkedParts()
            for (row, folds) in zip(rows, earlier) where folds.count < 2 { parts.join(links[row], folds) }
            for (row, own) in zip(rows, earlier) {
                let found = own.count > 1 ? own : links[row].first.map { parts.folds(of: $0) } ?? []
                guard let fold = found.count > 1 ? -2 : found.first, fold != folds[row] else { continue }
                folds[row] = fold
                if fold >= 0 { moved += 1 }
            }
            for row in rows where folds[row] >= 0 {
                for link in links[row] { known[link, default: []].insert(folds[row]) }
            }
        }
        for row in dealt.indices where !scored[tables[row]] {
            let own = links[row].reduce(into: Set<Int>()) { $0.formUnion(known[$1] ?? []) }
            folds[row] = own.count > 1 ? -2 : own.first ?? -1
            if own.count == 1 { unscored.append(row) }
        }
    }
}

/// Links that some row joins, each part with the folds that its rows belong to.
private struct LinkedParts {
    private var parents: [Int: Int] = [:]
    private var known: [Int: Set<Int>] = [:]

    private mutating func root(_ link: Int) -> Int {
        var (root, link) = (link, link)
        while let next = parents[root] { root = next }
        while link != root, let next = parents[link] {
            parents[link] = root
            link = next
        }
        return root
    }

    /// One row: all its links are of one part.
    mutating func join(_ links: [Int], _ folds: Set<Int>) {
        guard let first = links.first else { return }
        let whole = root(first)
        known[whole, default: []].formUnion(folds)
        for link in links.dropFirst() {
            let other = root(link)
            guard other != whole else { continue }
            parents[other] = whole
            known[whole, default: []].formUnion(known.removeValue(forKey: other) ?? [])
        }
    }

    mutating func folds(of link: Int) -> Set<Int> { known[root(link)] ?? [] }
}
