// What people say of a result: a leaderboard's score, a remark. Kept beside the records, as plain JSON, in the order given.

package import Digests
internal import Formats
internal import Host
package import Plans
package import Storage

/// A note about one result. Notes are only added; the last leaderboard score of a result is the one that counts.
package struct Note: Sendable, Equatable {
    /// The result as ``PlannedResult/name`` has it: `tiny`, `rank: lora.rank=16`.
    package let result: String
    package let leaderboard: Double?
    package let text: String?
    /// The test predictions that the result had when the note was made; nil where it had none.
    package let predictions: Digest?

    package init(result: String, leaderboard: Double?, text: String?, predictions: Digest?) {
        (self.result, self.leaderboard, self.text, self.predictions) = (result, leaderboard, text, predictions)
    }

    /// The notes of a recipe, oldest first. Documents of another format are passed over. Errors: ``AblateError``.
    package static func all(of recipe: String, in store: Store) throws -> [Note] {
        try store.remarks(folder(recipe), what: "a note", advice: "delete the file and write the note again").compactMap
        { try? Note(reading: $0) }
    }

    /// Keeps the note in the store; it is there whole or not at all. Errors: ``AblateError``.
    package func write(of recipe: String, in store: Store) throws {
        try store.writeRun(Self.folder(recipe), json)
    }

    /// Where the notes of a recipe are, by the name that a recipe's runs would have: no recipe's begins with an underscore, so notes and
    /// runs of no two recipes meet.
    package static func folder(_ recipe: String) -> String { FileName.fitting("_notes.\(recipe)", most: 255) }

    package var json: JSON {
        [
            "format": 1, "result": .string(result), "leaderboard": JSON(leaderboard), "text": JSON(text),
            "predictions": JSON(predictions?.description),
        ]
    }

    /// Errors: ``FormatError``.
    private init(reading json: JSON) throws(FormatError) {
        let document = JSONDocument(json, name: "the note")
        let format = try document.member("format")
        guard try format.integer == 1 else { throw format.unexpected("format 1") }
        result = try document.member("result").text
        leaderboard = try document.member(ifPresent: "leaderboard")?.number
        text = try document.member(ifPresent: "text")?.text
        predictions = try document.member(ifPresent: "predictions")?.digest
    }
}

/// The notes of one result, as the logbook shows them.
package struct ResultNotes: Sendable {
    package let name: String
    package let leaderboard: Double?
    /// Whether the leaderboard saw other predictions than the result has now.
    package let isStale: Bool
    package let texts: [String]

    init(_ name: String, _ notes: [Note], predictions: Digest?) {
        self.name = name
        let own = notes.filter { $0.result == name }
        let scored = own.last { $0.leaderboard != nil }
        leaderboard = scored?.leaderboard
        isStale = scored != nil && scored?.predictions != predictions
        texts = own.compactMap(\.text)
    }
}

extension Plan {
    /// The result that somebody calls `name`: a model, a stack entry, or a variant as `rank: lora.rank=16`,
    /// `rank/lora.rank=16` or `ablations/rank/lora.rank=16`. Of a result with rounds, the recipe's own round.
    package func result(called name: String) -> PlannedResult? {
        results.first { result in
            switch result.role {
            case .model(let own), .stack(let own), .step(let own): own == name
            case .variant(let ablation, let own):
                [result.name, "\(ablation)/\(own)", "ablations/\(ablation)/\(own)"].contains(name)
            }
        }
    }
}
