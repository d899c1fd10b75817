// Columns that say which row, group, weight and fold a row has: by their names, and proven by what they hold.

internal import Words

/// A column that has a role, and why.
package struct ProposedColumn: Sendable {
    package let column: String
    /// A clause.
    package let reason: String
}

/// The columns of a row that no model reads.
struct RowRoles {
    var id: ProposedColumn?
    var weight: ProposedColumn?
    var fold: ProposedColumn?
    /// How many folds the column says.
    var folds = 0
    var time: ProposedColumn?

    init(among columns: [TableColumn]) {
        id = Self.id(among: columns)
        let rest = columns.filter { $0.name != id?.column }
        if let column = rest.first(where: {
            $0.isNamed("weight", "weights", "sample_weight", "sample_weights", "row_weight")
                && ($0.numberOfEachRow.map { $0.allSatisfy { (0...1000).contains($0) } && $0.contains { $0 > 0 } }
                    ?? false)
        }) {
            weight = ProposedColumn(column: column.name, reason: "called a weight; \(column.look)")
        }
        if let column = rest.first(where: { $0.has(["fold", "folds", "kfold"]) && !$0.isText && !$0.isUnique }) {
            let values = column.distinct.filter { !$0.isEmpty }
            if (2...100).contains(values.count) {
                fold = ProposedColumn(column: column.name, reason: "called a fold; \(values.count) different values")
                folds = values.count
            }
        }
        if let column = rest.first(where: {
            $0.has(["date", "time", "timestamp", "datetime"]) && $0.isWhole && $0.distinct.count > 5
        }) {
            time = ProposedColumn(column: column.name, reason: "called a time")
        }
    }

    var columns: [String] { [id, weight, fold, time].compactMap { $0?.column } }

    /// A column whose every row has a value of its own, and whose name says that it names rows.
    private static func id(among columns: [TableColumn]) -> ProposedColumn? {
        let unique = columns.filter {
            $0.isUnique && $0.isWhole && $0.meanLength <= 80 && ($0.numbers == nil || $0.isOfWholeNumbers)
        }
        let found =
            unique.first { $0.isNamed("id", "row_id", "rowid", "uid", "uuid", "guid", "index", "key") }
            ?? unique.first(where: \.isCalledID)
        return found.map { ProposedColumn(column: $0.name, reason: "called an id; a value of its own in each row") }
    }

    /// Columns whose equal values hold rows together, the likeliest first. Each row has a value there, and some have the same.
    static func groups(among columns: [TableColumn], prompt: String?, id: String?) -> [ProposedColumn] {
        let some = columns.filter { $0.isWhole && !$0.isUnique && !$0.isConstant && $0.name != id }
        let named = some.filter { $0.isNamed("group", "groups", "group_id", "groupid") }
        let asked = some.filter { $0.name == prompt }
        let people = some.filter {
            $0.numberOfEachRow == nil || $0.isOfWholeNumbers
        }.filter {
            $0.isNamed(
                "user", "author", "source", "student", "speaker", "patient", "customer", "conversation", "thread",
                "session")
        }
        let ids = some.filter { $0.isCalledID }
        let repeated = some.filter { $0.isText && $0.distinct.count * 2 <= $0.values.count }
            .sorted { $0.distinct.count < $1.distinct.count }
        var seen: Set<String> = []
        let all: [([TableColumn], String)] = [
            (named, "called a group"), (asked, "the same question in several rows"),
            (people, "rows of one may be alike"),
            (ids, "the same id in several rows"), (repeated, "the same text in several rows"),
        ]
        return all.flatMap { columns, reason in
            columns.filter { seen.insert($0.name).inserted }.map {
                ProposedColumn(column: $0.name, reason: "\(reason): \($0.distinct.count) in \($0.values.count) rows")
            }
        }
    }
}
