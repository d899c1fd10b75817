// Which form a sample submission asks for, told by its header and its cells, and the order of its lines. Guesses nothing: where two
// readings are as likely, it asks.

internal import Digests
package import Targets

extension SampleTable {
    /// The form of a submission like this sample. Errors: ``FormatError`` where it fits no form, or more than one.
    ///
    /// - Parameters:
    ///   - labels: those of the recipe, in their order, or the columns of what is predicted.
    ///   - id: what the recipe calls the id's column.
    ///   - cells: what the recipe says of the cells; nil where the sample is to tell.
    package func form(
        _ kind: Target.Kind, labels: [String], id: String, cells wanted: SubmissionCells?
    ) throws(FormatError) -> SubmissionForm {
        let place = header.firstIndex(of: id) ?? 0
        let others = header.indices.filter { $0 != place }
        let isOfLabels = kind.form == .distribution
        if let refusal = wanted?.refusal(of: kind) { throw FormatError("submission.form does not fit: \(refusal)") }
        if others.count == 1, isOfLabels || labels.count > 1 {
            if let form = try joined(labels, place, others[0], wanted, isOfLabels) { return form }
            guard isOfLabels else { throw tooFew(labels) }
            return try ofOneColumn(labels, place, others[0], wanted)
        }
        if others.count == 2, let form = try long(labels, place, others, wanted, isOfLabels) {
            return form
        }
        if let wanted, wanted.isOfOneColumn, isOfLabels {
            throw FormatError(
                "\(name) has \(others.count) columns besides the id, and the recipe's submission.form asks for one of labels: correct the form, or the sample"
            )
        }
        let columns = try columns(labels: labels, id: id)
        return SubmissionForm(
            header: header, id: columns.id, cells: wanted ?? .probabilities, labels: labels, columns: columns.columns)
    }

    /// One column for values: the label, a list of labels, or the probability of one of two.
    private func ofOneColumn(
        _ labels: [String], _ id: Int, _ column: Int, _ wanted: SubmissionCells?
    ) throws(FormatError) -> SubmissionForm {
        func form(_ cells: SubmissionCells, _ columns: [Int?]) -> SubmissionForm {
            SubmissionForm(header: header, id: id, cells: cells, labels: labels, columns: columns)
        }
        let every = labels.map { _ in Int?(column) }
        // The column may be called by the first label; else the probability is that of the second.
        let one = labels.count == 2 && Self.means(header[column], labels[0], not: labels[1]) ? 0 : 1
        let probability = labels.indices.map { $0 == one ? Int?(column) : nil }
        if let wanted {
            if wanted.isOfOneColumn { return form(wanted, every) }
            guard wanted == .probabilities, labels.count == 2 else { throw tooFew(labels) }
            return form(.probabilities, probability)
        }
        let values = cells(of: column)
        let known = Set(labels)
        if values.allSatisfy(known.contains) {
            let mayBeNumbers = labels.count == 2 && labels.allSatisfy { CSV.number($0).map { 0...1 ~= $0 } ?? false }
            guard !mayBeNumbers else {
                throw FormatError(
                    "\(name): column \"\(header[column])\" holds \(CSVTable.listed(Array(Set(values)).sorted())), which may be a label or a probability of \"\(labels[one])\": write `form: label` or `form: probabilities` under submission"
                )
            }
            return form(.label, every)
        }
        let lists = values.map { $0.split(separator: " ").map(String.init) }
        if lists.allSatisfy({ !$0.isEmpty && $0.allSatisfy(known.contains) && Set($0).count == $0.count }) {
            return form(.ranked(lists.map(\.count).max() ?? 1), every)
        }
        if labels.count == 2, values.allSatisfy({ CSV.number($0).map { 0...1 ~= $0 } ?? false }) {
            return form(.probabilities, probability)
        }
        throw tooFew(labels)
    }

    /// One line for each id and label, the label in a column beside that of the value.
    private func long(
        _ labels: [String], _ id: Int, _ others: [Int], _ wanted: SubmissionCells?, _ isOfLabels: Bool
    ) throws(FormatError) -> SubmissionForm? {
        let known = Set(labels)
        guard let place = others.first(where: { cells(of: $0).allSatisfy(known.contains) }),
            let value = others.first(where: { $0 != place }), Set(cells(of: id)).count < rowCount
        else { return nil }
        return SubmissionForm(
            header: header, id: id, cells: try perLabel(wanted, isOfLabels), labels: labels,
            lines: .long(label: place), columns: labels.map { _ in value })
    }

    /// One line for each id and label, which the id ends in.
    private func joined(
        _ labels: [String], _ id: Int, _ value: Int, _ wanted: SubmissionCells?, _ isOfLabels: Bool
    ) throws(FormatError) -> SubmissionForm? {
        let endings = labels.map { SubmissionForm.joined("", $0) }
        let found = cells(of: id).map { cell in endings.firstIndex { cell.hasSuffix($0) && cell.count > $0.count } }
        guard rowCount > 1, found.allSatisfy({ $0 != nil }) else { return nil }
        // Each beginning has each label; the last one that was read may lack some.
        let stems = Set(zip(cells(of: id), found).map { $0.dropLast(endings[$1 ?? 0].count) })
        guard stems.count * labels.count - rowCount < labels.count else { return nil }
        return SubmissionForm(
            header: header, id: id, cells: try perLabel(wanted, isOfLabels), labels: labels, lines: .joined,
            columns: labels.map { _ in value })
    }

    private func perLabel(_ wanted: SubmissionCells?, _ isOfLabels: Bool) throws(FormatError) -> SubmissionCells {
        let cells = wanted ?? .probabilities
        guard !cells.isOfOneColumn || !isOfLabels else {
            throw FormatError(
                "\(name) has a line for each id and label, and the recipe's submission.form asks for one of an id: correct the form, or the sample"
            )
        }
        return cells
    }

    private func tooFew(_ labels: [String]) -> FormatError {
        let first = rowCount > 0 ? cells(of: header.count == 2 ? 1 : 0)[0] : ""
        return FormatError(
            "\(name) has \(header.count) columns (\(CSVTable.listed(header))), and a submission with \(labels.count) labels \(labels.count + 1): its cells, such as \"\(first)\", are no label, no list of labels and no probability of one of two. Write a column for each label, or say under submission what stands there: form: label, or form: ranked@3"
        )
    }

    /// Whether a column is called by a label and not by another.
    private static func means(_ column: String, _ label: String, not other: String) -> Bool {
        LabelColumns.mentions(label, in: column) && !LabelColumns.mentions(other, in: column)
    }

    /// The lines of a submission of these rows, each as often and where the sample has it.
    ///
    /// - Parameters:
    ///   - ids: those of the test table.
    ///   - row: the lines of one of its rows.
    ///
    /// Errors: ``FormatError`` with the sample's row.
    package func lines(
        _ form: SubmissionForm, of ids: [String], _ row: (Int) -> [[String]]
    ) throws(FormatError) -> [[String]] {
        guard form.lines != .wide else { return try order(form, in: ids).flatMap(row) }
        let all = try places(form, in: ids)
        // A row's lines are made once, and stand apart.
        var made: [Int: [[String]]] = [:]
        return all.map { place in
            if made[place.row] == nil { made[place.row] = row(place.row) }
            return made[place.row]?[place.label] ?? []
        }
    }

    /// The row of the test table, and the label, of each line of a long sample. Errors: ``FormatError`` as of ``order(_:in:)``.
    func places(_ form: SubmissionForm, in ids: [String]) throws(FormatError) -> [(row: Int, label: Int)] {
        var rows: [ExactText: (row: Int, label: Int)] = [:]
        for (row, id) in ids.enumerated() {
            for (label, name) in form.labels.enumerated() {
                rows[ExactText(SubmissionForm.joined(id, name))] = (row, label)
            }
        }
        var found: [(row: Int, label: Int)] = []
        var seen: [ExactText: Int] = [:]
        for number in 0..<rowCount {
            let (key, what) = key(form, number)
            if let first = seen.updateValue(number, forKey: ExactText(key)) {
                throw FormatError(
                    "row \(number + 1) of the sample has \(what) of row \(first + 1); each stands there once")
            }
            guard let place = rows[ExactText(key)] else {
                throw FormatError("row \(number + 1) of the sample has \(what), which the test table lacks")
            }
            found.append(place)
        }
        guard found.count == rows.count else {
            let missing = ids.lazy.flatMap { id in form.labels.map { (id, $0) } }.first {
                seen[ExactText(SubmissionForm.joined($0, $1))] == nil
            }
            throw FormatError(
                "the sample has \(found.count) rows, and the test table's \(ids.count) ids with \(form.labels.count) labels make \(rows.count): it lacks the id \"\(missing?.0 ?? "")\" with the label \"\(missing?.1 ?? "")\""
            )
        }
        return found
    }

    /// What a line of a long sample is of, and in words.
    private func key(_ form: SubmissionForm, _ number: Int) -> (String, String) {
        let id = cell(number, form.id)
        guard case .long(let column) = form.lines else { return (id, "the id \"\(id)\"") }
        let label = cell(number, column)
        return (SubmissionForm.joined(id, label), "the id \"\(id)\" with the label \"\(label)\"")
    }

    /// That no line stands twice, where the ids of the test are not at hand. Errors: ``FormatError``.
    package func checkLines(_ form: SubmissionForm, in ids: [String]?) throws(FormatError) {
        switch (form.lines, ids) {
        case (.wide, let ids?): _ = try order(form, in: ids)
        case (.wide, nil): _ = try self.ids(form)
        case (_, let ids?): _ = try places(form, in: ids)
        case (_, nil): break
        }
    }
}
