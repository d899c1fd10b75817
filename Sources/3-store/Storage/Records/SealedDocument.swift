// A small JSON document that says of itself whether it is as it was written. Knows no files.

internal import Digests

/// `{..., "seal": "<digest of the rest>", "store_format": 2}`: JSON for any reader, and a changed byte shows.
///
/// Documents of format 1 carry neither member; two are added, so that no single damage makes a sealed document look like one. Later
/// formats keep the seal as it is, so that a document of a newer version is told from a damaged one.
enum SealedDocument {
    /// What the bytes of a file are.
    enum Content {
        /// The document that was written, without its seal.
        case whole(JSON)
        /// A whole document of a format that this version does not know: it is left alone, and nothing is read out of it.
        case newer
        case damaged
    }

    private static let seal = "seal"
    private static let format = "store_format"

    static func text(of document: JSON) -> String {
        var members = document.object ?? [:]
        members[format] = 2
        members[seal] = .string(Digest(of: JSON.object(members).text()).description)
        return JSON.object(members).text(.indented) + "\n"
    }

    static func content(of bytes: [UInt8]) -> Content {
        guard let json = try? JSON(parsing: bytes), var members = json.object else { return .damaged }
        let (digest, number) = (members.removeValue(forKey: seal), members[format])
        if digest == nil, number == nil { return .whole(json) }
        guard let number = number?.integer, number >= 2,
            digest?.string == Digest(of: JSON.object(members).text()).description
        else { return .damaged }
        guard number == 2 else { return .newer }
        members[format] = nil
        return .whole(.object(members))
    }

    /// The document that was written, without its seal; nil for anything else.
    static func read(_ bytes: [UInt8]) -> JSON? {
        if case .whole(let document) = content(of: bytes) { document } else { nil }
    }
}
