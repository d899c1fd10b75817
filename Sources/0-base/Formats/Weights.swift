// The weights that an average's members were given by a fit. Knows the file's form, not the fit.

internal import Digests

/// A weight for each member, fitted on all rows, and those fitted without each fold.
///
/// Promised: weights finite, none below 0 and not all 0; as many as members, in each fold, too.
package struct Weights: Sendable {
    package let members: [String]
    package let weights: [Double]
    /// Fitted without each fold, fold by fold.
    package let folds: [[Double]]

    /// Errors: ``FormatError``.
    package init(members: [String], weights: [Double], folds: [[Double]], name: String) throws(FormatError) {
        for (place, values) in [("", weights)] + folds.enumerated().map({ (" without fold \($0)", $1) }) {
            guard values.count == members.count else {
                throw FormatError("\(name): there are \(values.count) weights\(place) for \(members.count) members")
            }
            guard Self.areProper(values) else {
                throw FormatError(
                    "\(name): the weights\(place) are \(values.map { "\($0)" }.joined(separator: ", ")), and must be finite, none below 0 and not all 0"
                )
            }
        }
        (self.members, self.weights, self.folds) = (members, weights, folds)
    }

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        try self.init(
            members: fields.strings("members"), weights: fields.numbers("weights"), folds: fields.matrix("folds"),
            name: name)
    }

    /// Whether these can weigh anything: finite, none below 0, and a finite sum above 0.
    package static func areProper(_ weights: [Double]) -> Bool {
        let sum = weights.reduce(0, +)
        return weights.allSatisfy { $0 >= 0 && $0.isFinite } && sum > 0 && sum.isFinite
    }

    package var bytes: [UInt8] {
        let json: JSON = [
            "members": .array(members.map { .string($0) }), "weights": .array(weights.map { .number($0) }),
            "folds": .array(folds.map { .array($0.map { .number($0) }) }),
        ]
        return Array(json.text().utf8)
    }
}
