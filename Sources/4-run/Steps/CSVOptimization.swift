// A table's probabilities made to obey the constraint of their groups, outside any recipe.

package import Host
package import Digests
internal import Formats
internal import Scores
internal import Constraints

/// What `ablate optimize` does, without the command line.
package struct CSVOptimization {
    /// The methods by name, each with what it is.
    package static var methods: [(name: String, summary: String)] {
        GroupMethodKind.allCases.map { ($0.rawValue, $0.summary) }
    }
    /// Folds of the cross-fitted score.
    package static let folds = 5

    private let kind: GroupMethodKind
    private let method: any GroupMethod
    private let group: String
    /// How often each class may occur in a group; nil for once.
    private let limits: LabelCounts?

    /// - Parameter counts: how often each class occurs in a complete group; nil for once.
    /// Errors: ``AblateError`` for a method there is not.
    package init(method name: String, group: String, counts: [Int]?) throws(AblateError) {
        guard let kind = GroupMethodKind(rawValue: name) else {
            throw AblateError(
                .invalid,
                "there is no method \"\(name)\"; the methods are \(GroupMethodKind.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        self.kind = kind
        self.group = group
        limits = counts.flatMap(LabelCounts.init)
        guard counts == nil || limits != nil else {
            throw AblateError(
                .invalid,
                "--counts: expected a whole number from 1 for each class, \(LabelCounts.mostPlaces) at most in all, found \(counts!.map(String.init).joined(separator: ","))"
            )
        }
        method = kind.method(counts: limits)
    }

    /// A result: the table's text, and what is to be said of it.
    package struct Outcome: Sendable {
        package let text: String
        package let rows: Int
        package let groups: Int
        /// The coefficients that were applied, by name.
        package let coefficients: [String: JSON]
        /// Log loss and accuracy of labelled rows before and after; after is cross-fitted.
        package let scores: Scores?
        /// What makes the result doubtful, in sentences.
        package var remarks: [String] = []
    }

    package struct Scores: Sendable {
        package let rows: Int
        package let before, after: (logLoss: Double, accuracy: Double)
    }

    /// Applies the method without any label, its coefficients being what they are where nothing is fitted.
    package func unfitted(_ table: ProbabilityCSV) throws(AblateError) -> Outcome {
        guard let values = method.neutralValues else {
            throw AblateError(
                .invalid,
                "the method \(kind.rawValue) has to be fitted: give --train and --label, or take one of \(GroupMethodKind.allCases.filter { $0.method().neutralValues != nil }.map(\.rawValue).joined(separator: ", "))"
            )
        }
        let grouping = try table.grouping(by: group)
        guard let idle = idleness(table, grouping) else {
            return outcome(table, try applied(values, to: table, grouping), grouping, values, nil)
        }
        throw AblateError(
            .invalid,
            "\(idle). --group must name a column whose value is shared by the rows of one group; nothing is written")
    }

    /// Whether no group has two rows, as a sentence; nil where one has.
    private func idleness(_ table: ProbabilityCSV, _ grouping: RowGrouping) -> String? {
        guard grouping.count == grouping.rowCount, kind != .temperature else { return nil }
        return
            "Every group has one row: the constraint changes nothing. In \(table.name) each of the \(grouping.count) rows has a \"\(group)\" of its own"
    }

    /// How many groups hold a label more often than the constraint lets them, as a sentence; nil where none does.
    private func breach(_ table: ProbabilityCSV, _ labels: [Int], _ grouping: RowGrouping) -> String? {
        guard kind != .temperature else { return nil }
        let most = limits?.counts ?? [Int](repeating: 1, count: table.classes.count)
        var first: (group: Int, label: Int)?
        var count = 0
        for group in 0..<grouping.count {
            var held = [Int](repeating: 0, count: most.count)
            for row in grouping[group] { held[labels[row]] += 1 }
            guard let label = held.indices.first(where: { held[$0] > most[$0] }) else { continue }
            count += 1
            first = first ?? (group, label)
        }
        guard let first, let row = grouping[first.group].first, let names = try? table.column(group) else { return nil }
        return
            "\(table.name): the labels of \(count) of \(grouping.count) groups break the constraint, such as \"\(names[row].prefix(40))\" (row \(CSVTable.number(ofRow: row))), which holds \(table.classes[first.label]) more often than \(most[first.label] == 1 ? "once" : "\(most[first.label]) times"); is --group the right column?"
    }

    /// Fits the method on labelled rows and applies it; the score is of rows that the fit of their coefficients did not see.
    ///
    /// - Parameters:
    ///   - train: out-of-fold predictions with their labels.
    ///   - table: what the coefficients of all of `train` are applied to; nil for `train` itself, cross-fitted.
    package func fitted(
        on train: ProbabilityCSV, label: String, applyingTo table: ProbabilityCSV?
    ) throws(AblateError) -> Outcome {
        if let table, table.classes != train.classes {
            throw AblateError(
                .invalid,
                "\(train.name) has the classes \(train.classes.joined(separator: ", ")), and \(table.name) \(table.classes.joined(separator: ", ")); they must be the same, in one order"
            )
        }
        let (labels, areNumbers) = try train.labels(in: label)
        let grouping = try train.grouping(by: group)
        guard grouping.count >= 2 else {
            throw AblateError(
                .invalid, "\(train.name) has one group, \"\(try train.column(group)[0])\"; a fit needs two or more")
        }
        let folds = min(Self.folds, grouping.count)
        let fit: CrossFit
        do {
            fit = try CrossFit(
                method, matrix: train.matrix, labels: labels, groups: grouping,
                folds: (0..<grouping.count).map { $0 % folds }, foldCount: folds)
        } catch {
            throw explained(error, train, grouping)
        }
        let scores = Scores(
            rows: labels.count,
            before: (LogLoss.mean(train.matrix, labels: labels), Accuracy.mean(train.matrix, labels: labels)),
            after: (LogLoss.mean(fit.predictions, labels: labels), Accuracy.mean(fit.predictions, labels: labels)))
        var remarks: [String] = []
        if areNumbers {
            remarks.append(
                "\(train.name): the column \(label) holds numbers and no class has one for its name, so 0 is \(train.classColumns[0]), and so on in the order of the columns"
            )
        }
        if let idle = idleness(train, grouping) { remarks.append(idle) }
        if let breach = breach(train, labels, grouping) { remarks.append(breach) }
        guard let table else {
            var found = outcome(train, fit.predictions, grouping, fit.values, scores)
            found.remarks = remarks
            return found
        }
        let own = try table.grouping(by: group)
        if let idle = idleness(table, own) { remarks.append(idle) }
        if let remark = Sharpness.difference(between: (train, grouping), and: (table, own)) { remarks.append(remark) }
        var found = outcome(table, try applied(fit.values, to: table, own), own, fit.values, scores)
        found.remarks = remarks
        return found
    }

    private func applied(
        _ values: [Double], to table: ProbabilityCSV, _ grouping: RowGrouping
    ) throws(AblateError) -> ProbabilityMatrix {
        do {
            return try method.predictions(of: table.matrix, groups: grouping, values: values, cores: .max)
        } catch {
            throw explained(error, table, grouping)
        }
    }

    private func outcome(
        _ table: ProbabilityCSV, _ matrix: ProbabilityMatrix, _ grouping: RowGrouping, _ values: [Double],
        _ scores: Scores?
    ) -> Outcome {
        let shown = zip(method.coefficients, values).map { ($0.name, JSON.number($0.shown($1))) }
        return Outcome(
            text: table.text(with: matrix), rows: table.matrix.rowCount, groups: grouping.count,
            coefficients: Dictionary(shown, uniquingKeysWith: { first, _ in first }), scores: scores)
    }

    /// An error with the group's name and a row, and with what to do.
    private func explained(_ error: GroupError, _ table: ProbabilityCSV, _ grouping: RowGrouping) -> AblateError {
        guard case .tooManyRows(let group, let rows, let labels) = error,
            let names = try? table.column(self.group), let first = grouping[group].first
        else { return AblateError(.invalid, "\(table.name): \(error)") }
        return AblateError(
            .invalid,
            "\(table.name), row \(CSVTable.number(ofRow: first)): the group \"\(names[first])\" has \(rows) rows, and there are labels for only \(labels); "
                + "give --counts if labels repeat, --method mixture if groups may break the constraint, or another --group"
        )
    }
}
