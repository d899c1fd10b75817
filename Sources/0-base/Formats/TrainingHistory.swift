// What a fine-tune recorded of its training. Knows the file's form, not the training.

/// Losses of one fine-tune: finite, or nil where float16 or a divergence left none.
package struct TrainingHistory: Sendable {
    /// Of each optimizer step.
    package let losses: [Double?]
    /// After each epoch, on rows held back; empty without validation.
    package let validation: [Double?]

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        losses = try fields.gappedNumbers("losses")
        validation = try fields.has("validation") ? fields.gappedNumbers("validation") : []
    }
}
