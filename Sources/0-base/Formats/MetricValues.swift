// What a metric file gave for out-of-fold predictions: of all rows, of folds, without blocks. Knows the file's form, not the metric.

package import Digests

/// The values of a metric under each seed, and by the average of all, by the names that an evaluation has for them.
///
/// Promised: there is `average`; every number is finite.
package struct MetricValues: Sendable {
    package struct Table: Sendable {
        /// Of all rows.
        package let whole: Double
        /// Of each fold; nil where the metric gives no number for it.
        package let folds: [Double?]
        /// Of all rows but those of a block, block by block; empty where it was not asked for, or gives no number for one of them.
        package let without: [Double]
    }

    package let tables: [String: Table]
    /// As it was read.
    package let json: JSON

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        try self.init(JSONDocument(parsing: bytes, name: name))
    }

    package init(_ fields: JSONDocument) throws(FormatError) {
        var tables: [String: Table] = [:]
        for seed in fields.names {
            let own = try fields.object(seed)
            tables[seed] = Table(
                whole: try own.number("whole"), folds: try own.gappedNumbers("folds"),
                without: try own.has("without") ? own.numbers("without") : [])
        }
        guard tables["average"] != nil else { throw fields.error("there is no value of the average") }
        self.tables = tables
        json = fields.value
    }
}
