// How the columns of predictions are called in tables that are written here. Knows names alone, no rows and no files.

package import Targets

/// The columns of predictions in a table.
package enum PredictionColumns {
    /// Those of a submission without a sample: `target_a` for the label `a` of the column `target`; of numbers their own columns.
    ///
    /// - Parameters:
    ///   - names: the labels, or the columns of what is predicted.
    ///   - label: the column of the labels.
    package static func submitted(_ kind: Target.Kind, _ names: [String], label: String) -> [String] {
        switch kind {
        case .classes, .ordinal: LabelColumns.names(of: names, inColumn: label)
        case .multiLabel, .number, .choice: names
        }
    }

    /// The ways to call them in a table in which the truth may stand, too, the better first; brought predictions have one of them.
    package static func families(_ kind: Target.Kind, _ names: [String], label: String) -> [[String]] {
        switch kind {
        case .classes, .ordinal: [LabelColumns.names(of: names, inColumn: label), names]
        case .multiLabel, .number, .choice: [names.map { "\($0)_predicted" }, names]
        }
    }

    /// A number as such a table has it: a probability in single precision, any other in double.
    package static func text(_ value: Double, _ form: PredictionForm) -> String {
        switch form {
        case .distribution, .probabilities, .shares: "\(Float(value))"
        case .numbers: "\(value)"
        }
    }
}
