// A table's probabilities made to obey the constraint of their groups, outside any recipe.

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

    /// - Parameter counts: how often each class occurs in a complete group; nil for once.
    /// Errors: ``StepError`` for a method there is not.
    package init(method name: String, group: String, counts: [Int]?) throws(StepError) {
        guard let kind = GroupMethodKind(rawValue: name) else {
            throw StepError(
                "there is no method \"\(name)\"; the methods are \(GroupMethodKind.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        self.kind = kind
        self.group = group
        method = kind.method(counts: counts.map { LabelCounts($0) })
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
    package func unfitted(_ table: ProbabilityCSV) throws(StepError) -> Outcome {
        guard let values = method.neutralValues else {
            throw StepError(
                "the method \(kind.rawValue) has to be fitted: give --train and --label, or take one of \(GroupMethodKind.allCases.filter { $0.method().neutralValues != nil }.map(\.rawValue).joined(separator: ", "))"
            )
        }
        let grouping = RowGrouping(ids: try table.column(group))
        guard let idle = idleness(table, grouping) else {
            return outcome(table, try applied(values, to: table, grouping), grouping, values, nil)
        }
        throw StepError(
            "\(idle). --group must name a column whose value is shared by the rows of one group; nothing is written")
    }

    /// Whether no group has two rows, as a sentence; nil where one has.
    private func idleness(_ table: ProbabilityCSV, _ grouping: RowGrouping) -> String? {
        guard grouping.count == grouping.rowCount, kind != .temperature else { return nil }
        return
            "Every group has one row: the constraint changes nothing. In \(table.name) each of the \(grouping.count) rows has a \"\(group)\" of its own"
    }

    /// Fits the method on labelled rows and applies it; the score is of rows that the fit of their coefficients did not see.
    ///
    /// - Parameters:
    ///   - train: out-of-fold predictions with their labels.
    ///   - table: what the coefficients of all of `train` are applied to; nil for `train` itself, cross-fitted.
    package func fitted(
        on train: ProbabilityCSV, label: String, applyingTo table: ProbabilityCSV?
    ) throws(StepError) -> Outcome {
        if let table, table.classes != train.classes {
            throw StepError(
                "\(train.name) has the classes \(train.classes.joined(separator: ", ")), and \(table.name) \(table.classes.joined(separator: ", ")); they must be the same, in one order"
            )
        }
        let (labels, areNumbers) = try train.labels(in: label)
        let grouping = RowGrouping(ids: try train.column(group))
        guard grouping.count >= 2 else {
            throw StepError("\(train.name) has one group, \"\(try train.column(group)[0])\"; a fit needs two or more")
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
        guard let table else {
            var found = outcome(train, fit.predictions, grouping, fit.values, scores)
            found.remarks = remarks
            return found
        }
        let own = RowGrouping(ids: try table.column(group))
        if let idle = idleness(table, own) { remarks.append(idle) }
        if let remark = Sharpness.difference(between: (train, grouping), and: (table, own)) { remarks.append(remark) }
        var found = outcome(table, try applied(fit.values, to: table, own), own, fit.values, scores)
        found.remarks = remarks
        return found
    }

    private func applied(
        _ values: [Double], to table: ProbabilityCSV, _ grouping: RowGrouping
    ) throws(StepError) -> ProbabilityMatrix {
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
    private func explained(_ error: GroupError, _ table: ProbabilityCSV, _ grouping: RowGrouping) -> StepError {
        guard case .tooManyRows(let group, let rows, let labels) = error,
            let names = try? table.column(self.group), let first = grouping[group].first
        else { return StepError("\(table.name): \(error)") }
        return StepError(
            "\(table.name), row \(CSVTable.number(ofRow: first)): the group \"\(names[first])\" has \(rows) rows, and there are labels for only \(labels); "
                + "give --counts if labels repeat, --method mixture if groups may break the constraint, or another --group"
        )
    }
}
