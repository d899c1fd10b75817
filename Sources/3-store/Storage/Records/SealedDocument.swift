// A small JSON document that says of itself whether it is as it was written. Knows no files.

internal import Digests

/// `{..., "seal": "<digest of the rest>", "store_format": 2}`: JSON for any reader, and a changed byte shows.
///
/// Documents of format 1 carry neither member; two are added, so that no single damage makes a sealed document look like one.
enum SealedDocument {
    private static let seal = "seal"
    private static let format = "store_format"

    static func text(of document: JSON) -> String {
        var members = document.object ?? [:]
        members[format] = 2
        members[seal] = .string(Digest(of: JSON.object(members).text()).description)
        return JSON.object(members).text(.indented) + "\n"
    }

    /// The document that was written, without its seal; nil for anything else.
    static func read(_ bytes: [UInt8]) -> JSON? {
        guard let json = try? JSON(parsing: bytes), var members = json.object else { return nil }
        let (digest, number) = (members.removeValue(forKey: seal), members[format])
        if digest == nil, number == nil { return json }
        guard number?.integer == 2, digest?.string == Digest(of: JSON.object(members).text()).description else {
            return nil
        }
        members[format] = nil
        return .object(members)
    }
}
