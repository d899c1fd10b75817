// What is predicted of a row, and what a prediction of it is. Knows no recipe, no file and no metric.

/// What is predicted of each row.
package struct Target: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// One of several labels.
        case classes
        /// One of several labels that have an order.
        case ordinal
        /// Any of several labels, each of which is so or not.
        case multiLabel = "multi-label"
        /// A number, or one of each of several columns.
        case number
        /// Which one row of its group is right.
        case choice

        /// What a prediction promises.
        package var form: PredictionForm {
            switch self {
            case .classes, .ordinal: .distribution
            case .multiLabel: .probabilities
            case .number: .numbers
            case .choice: .shares
            }
        }
    }

    package let kind: Kind
    /// How many numbers a prediction of a row has: one for each label, or for each column of numbers; of a row that may be right one.
    package let width: Int

    package init(_ kind: Kind, width: Int) { (self.kind, self.width) = (kind, width) }

    /// One of so many labels.
    package static func classes(_ count: Int) -> Target { Target(.classes, width: count) }

    package var form: PredictionForm { kind.form }
}

/// What the numbers of a prediction promise.
package enum PredictionForm: Sendable {
    /// Each is in 0...1, and those of a row sum to 1: one of the labels is true.
    case distribution
    /// Each is in 0...1.
    case probabilities
    /// One a row, in 0...1, and those of a group's rows sum to 1: one of the rows is right.
    case shares
    /// Each is finite.
    case numbers

    /// Whether one label is true of a row; else a number is true of each column.
    package var isOfOneLabel: Bool { self == .distribution }
    /// Whether probabilities are shared by what excludes each other: labels of a row, or rows of a group.
    package var isShared: Bool { self == .distribution || self == .shares }
}
