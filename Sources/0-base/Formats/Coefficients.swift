// The coefficients of a method that uses a group's constraint, as a fit left them. Knows the file's form, not the method.

internal import Digests

/// A method's coefficients, fitted on all groups, and those fitted without each fold: finite, as many as names.
package struct Coefficients: Sendable {
    package let method: String
    package let names: [String]
    package let values: [Double]
    /// Fitted without each fold, fold by fold.
    package let folds: [[Double]]

    /// Coefficients that a fit made.
    package init(method: String, names: [String], values: [Double], folds: [[Double]]) {
        (self.method, self.names, self.values, self.folds) = (method, names, values, folds)
    }

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        method = try fields.string("method")
        names = try fields.strings("names")
        values = try fields.numbers("values")
        folds = try fields.matrix("folds")
        if let odd = ([values] + folds).first(where: { $0.count != names.count }) {
            throw fields.error("there are \(odd.count) values for \(names.count) coefficients")
        }
    }

    package var bytes: [UInt8] {
        let json: JSON = [
            "method": .string(method), "names": .array(names.map { .string($0) }),
            "values": .array(values.map { .number($0) }),
            "folds": .array(folds.map { .array($0.map { .number($0) }) }),
        ]
        return Array(json.text().utf8)
    }
}
