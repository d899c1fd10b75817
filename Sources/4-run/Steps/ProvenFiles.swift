// The files of a step as the types that prove them. Knows paths and names; what a file must hold stands in Formats.

package import Host
internal import Digests
internal import Formats
package import Targets

extension StepContext {
    /// The content of an input, proven by the type that reads it: what an older version or another program wrote is no exception.
    func proven<Content>(
        _ input: String, _ read: (_ bytes: [UInt8], _ name: String) throws(FormatError) -> Content
    ) throws(AblateError) -> Content {
        let bytes = try FileBytes.read(self.input(input))
        let name = title(input)
        return try AblateError.explaining { () throws(FormatError) in try read(bytes, name) }
    }

    func rows(_ input: String = "rows") throws(AblateError) -> Rows {
        try proven(input) { bytes, name throws(FormatError) in try Rows(reading: bytes, name: name) }
    }

    /// The folds of a table of `count` rows.
    func folds(_ input: String = "folds", covering count: Int) throws(AblateError) -> Folds {
        try proven(input) { bytes, name throws(FormatError) in
            try Folds(reading: bytes, name: name).covering(count, name)
        }
    }

    /// Predictions for some rows of a table; `count`: how many rows that table has, where it is known.
    func predictions(_ input: String, _ target: Target, below count: Int? = nil) throws(AblateError) -> Predictions {
        try proven(input) { bytes, name throws(FormatError) in
            try Predictions(reading: bytes, name: name, target: target, below: count)
        }
    }

    /// Predictions for each row of a table; `count`: how many rows that table has, where it is known.
    func predictions(_ input: String, _ target: Target, covering count: Int?) throws(AblateError) -> Predictions {
        try proven(input) { bytes, name throws(FormatError) in
            try Predictions(reading: bytes, name: name, target: target, below: count).covering(count, name)
        }
    }

    func write(_ bytes: [UInt8], as output: String) throws(AblateError) {
        try FileBytes.write(bytes, to: self.output(output))
    }
}

extension AblateError {
    /// What `work` gives; a format's refusal becomes the step's.
    static func explaining<Value, Failure: CustomStringConvertible>(
        _ work: () throws(Failure) -> Value
    ) throws(AblateError) -> Value {
        do {
            return try work()
        } catch {
            throw AblateError(.invalid, error.description)
        }
    }
}

extension NativeStep {
    /// Holds predictions that somebody else's program wrote to what the type promises, and leaves them as it writes them: rows
    /// in order, sums set right. A file that is right is left alone.
    ///
    /// - Parameters:
    ///   - name: as messages call the file.
    ///   - count: how many rows the table has; nil where that is not known.
    ///
    /// Errors: ``AblateError`` where it holds no predictions of each row and of the target.
    package static func provePredictions(
        _ path: String, name: String, target: Target, count: Int?
    ) throws(AblateError) {
        let bytes = try FileBytes.read(path)
        let predictions = try AblateError.explaining { () throws(FormatError) in
            try Predictions(reading: bytes, name: name, target: target, below: count).covering(count, name)
        }
        if predictions.isMended { try FileBytes.replace(path, by: predictions.bytes) }
    }

    /// How many rows a file of folds has; nil where it is none.
    package static func rows(ofFolds path: String) -> Int? {
        guard let bytes = try? FileBytes.read(path) else { return nil }
        return (try? Folds(reading: bytes, name: path))?.folds.count
    }
}
