// Which column of a sample submission is which label's. Knows the header and the labels, no rows and no file.

/// The columns of a sample submission: the id, and one column for each label.
///
/// The id's column is the one of that name, else the first. Columns that are named after the labels (``LabelColumns``) are
/// theirs, in whatever order they stand. Where no column's name holds any label, they are taken in the order of the labels.
/// Anything else is refused: a submission with its columns changed about looks right and is wrong.
package struct SampleColumns: Sendable, Equatable {
    package let header: [String]
    /// The column of the id.
    package let id: Int
    /// The column of each label.
    package let columns: [Int]
    /// Whether the columns are told by their names, and not by their order.
    package let isByName: Bool

    /// - Parameters:
    ///   - header: the names in the sample's first line.
    ///   - labels: those of the recipe, in their order.
    ///   - id: what the recipe calls the id's column.
    ///   - name: as messages call the sample.
    ///
    /// Errors: ``FormatError``.
    package init(header: [String], labels: [String], id: String, name: String) throws(FormatError) {
        let id = header.firstIndex(of: id) ?? 0
        let others = header.indices.filter { $0 != id }
        let names = others.map { header[$0] }
        guard names.count == labels.count else {
            let what =
                names.count == 1
                ? "one column for values, \"\(names[0])\"" : "\(names.count) columns for values"
            throw FormatError(
                "\(name) has \(what) besides the id, and the \(labels.count) labels \(CSVTable.listed(labels)) need one each: write its header as the id and a column for each label"
            )
        }
        guard Set(header).count == header.count else {
            throw FormatError("\(name) has two columns of one name among \(CSVTable.listed(header)); rename one")
        }
        self.header = header
        self.id = id
        let families = LabelColumns.families(of: labels, in: names)
        if families.count == 1, let only = families.first {
            columns = only.map { others[$0] }
            isByName = true
            return
        }
        let mentioned = names.first { name in labels.contains { LabelColumns.mentions($0, in: name) } }
        guard families.isEmpty, mentioned == nil else {
            throw FormatError(
                "\(name): its columns stand in the order \(CSVTable.listed(names)), and the labels in the order \(CSVTable.listed(labels)); the names do not tell which column is which label's. Name each column by its label, alone or after what all begin with (label_\(labels[0]))"
            )
        }
        // Numbers in another order than theirs are labels by their numbers, or something else: either way the place means nothing.
        let numbers = names.compactMap(Self.number)
        guard numbers.count < names.count || numbers == numbers.sorted() else {
            throw FormatError(
                "\(name): its columns are numbered \(CSVTable.listed(names)), which is not the order that the labels have, \(CSVTable.listed(labels)). Name each column by its label, or put them in the order of their numbers"
            )
        }
        columns = others
        isByName = false
    }

    /// The number that a name is or ends in; nil where it ends in none that fits.
    private static func number(_ name: String) -> Int? {
        Int(String(name.reversed().prefix(while: \.isNumber).reversed()))
    }
}
