// The list of what was accepted and taken back, which only grows. Decides nothing: the records say what holds.

package import Digests
internal import Formats
package import Storage

/// Somebody declared an old output valid, or took that back.
package struct AcceptanceNote: Sendable {
    package enum Act: String, CaseIterable, Sendable { case accept, undo }

    package let act: Act
    package let address: String
    /// The key that the output counts for, and the key of the record that it is of.
    package let key: Digest
    package let from: Digest
    package let by: String
    /// Seconds since 1970.
    package let at: Double
    package let reason: String

    package init(_ act: Act, address: String, key: Digest, from: Digest, by: String, at: Double, reason: String) {
        (self.act, self.address, self.key, self.from) = (act, address, key, from)
        (self.by, self.at, self.reason) = (by, at, reason)
    }

    /// Reads what ``json`` wrote. Errors: ``FormatError``.
    init(reading json: JSON) throws(FormatError) {
        let document = JSONDocument(json, name: "the list of what was accepted")
        let format = try document.member("format")
        guard try format.integer == 1 else { throw format.unexpected("format 1") }
        let what = try document.member("what")
        guard let act = Act(rawValue: try what.text) else { throw what.unexpected("accept or undo") }
        self.init(
            act, address: try document.member("address").text, key: try document.member("key").digest,
            from: try document.member("from").digest, by: try document.member("by").text,
            at: try document.member("at").number, reason: try document.member("reason").text)
    }

    package var json: JSON {
        [
            "format": 1, "what": .string(act.rawValue), "address": .string(address), "key": .string(key.description),
            "from": .string(from.description), "by": .string(by), "at": .number(at), "reason": .string(reason),
        ]
    }
}

extension Store {
    /// What was accepted and taken back of a recipe, oldest first; notes of a newer version are passed over. Errors: ``AblateError``.
    package func acceptanceNotes(of recipe: String) throws -> [AcceptanceNote] {
        try remarks(
            Self.acceptances(recipe), what: "a document of what was accepted",
            advice: "mend or delete the file: what is accepted now, the records say themselves (`ablate why`)"
        ).compactMap {
            try? AcceptanceNote(reading: $0)
        }
    }

    /// Errors: ``AblateError``.
    package func add(_ note: AcceptanceNote, of recipe: String) throws {
        try writeRun(Self.acceptances(recipe), note.json)
    }

    /// No recipe's name begins with an underscore, so these and the runs of no recipe meet.
    private static func acceptances(_ recipe: String) -> String { "_acceptances.\(recipe)" }
}
