// Documents that steps left in the store, held to their digests. Knows no document in particular.

internal import Digests
internal import Formats
internal import Storage

enum StoredDocument {
    /// The content of an output of the step at `address`. Errors: of a file that is not there or not as it was written, and of one
    /// that is no document.
    static func read(_ digest: Digest, in store: Store, from address: String) throws -> JSONDocument {
        try JSONDocument(
            parsing: store.content(of: digest, from: address), name: store.path(of: digest), advice: advice)
    }

    /// The lines of an output that has a document in each. Errors: as of one.
    static func lines(of digest: Digest, in store: Store, from address: String) throws -> [JSONDocument] {
        try JSONDocument.lines(
            parsing: store.content(of: digest, from: address), name: store.path(of: digest), advice: advice)
    }

    /// What to do about a document that is not as a step leaves it.
    static let advice = "`ablate store verify` tells what else is damaged"
}
