// The document that a run leaves: which address had which key, and how it ended. Knows no plan and no store.

package import Digests
internal import Formats

/// A run, as its document has it.
package struct RunDocument: Sendable {
    /// How the run ended, as it said itself; a run that was killed says that it is running.
    package enum Outcome: String, CaseIterable, Sendable { case running, complete, interrupted, failed }

    /// A step that failed.
    package struct Failure: Hashable, Sendable {
        package let address: String
        /// The word of its class.
        package let kind: String
        package let message: String
        /// Absolute path of its log; nil where none was kept.
        package let log: String?

        package init(address: String, kind: String, message: String, log: String?) {
            (self.address, self.kind, self.message, self.log) = (address, kind, message, log)
        }

        fileprivate init?(_ document: JSONDocument) {
            guard let address = document.text(of: "address") else { return nil }
            self.init(
                address: address, kind: document.text(of: "class") ?? "",
                message: document.text(of: "message") ?? "", log: document.text(of: "log"))
        }

        package var json: JSON {
            ["address": .string(address), "class": .string(kind), "message": .string(message), "log": JSON(log)]
        }
    }

    package var recipe: String
    /// The recipe's folder, as ``Store/place(ofProject:)`` tells it; the name of its file, empty in documents of old versions.
    package var folder: String
    package var file: String
    /// Nil for a word that this version does not know.
    package var outcome: Outcome?
    package var process: Int?
    package var host: String?
    /// The values of the recipe by their paths; nil where there are none.
    package var settings: JSON?
    /// The address of each result's scores, by the result's name; nil in documents of old versions.
    package var results: [String: String]?
    /// Seconds since 1970.
    package var started: Double
    package var updated: Double
    /// Steps of the plan.
    package var total: Int
    /// By address.
    package var keys: [String: Digest]
    /// Addresses; empty while the run goes on.
    package var executed: [String] = []
    package var reused = 0
    package var blocked: [String] = []
    package var cancelled: [String] = []
    package var failed: [Failure] = []

    package init(
        recipe: String, folder: String, file: String, outcome: Outcome, process: Int, host: String, settings: JSON,
        results: [String: String], started: Double, updated: Double, total: Int, keys: [String: Digest]
    ) {
        (self.recipe, self.folder, self.file, self.outcome) = (recipe, folder, file, outcome)
        (self.process, self.host, self.settings, self.results) = (process, host, settings, results)
        (self.started, self.updated, self.total, self.keys) = (started, updated, total, keys)
    }

    /// Reads a document, whichever version wrote it. What is not there has its nil or its zero; what is there and cannot be right (a
    /// time beyond all calendars, a count below zero, a key that is none) counts as not there.
    package init(reading json: JSON) {
        let document = JSONDocument(json, name: "the run's document")
        recipe = document.text(of: "recipe") ?? ""
        folder = document.text(of: "folder") ?? ""
        file = document.text(of: "file") ?? ""
        outcome = document.text(of: "state").flatMap(Outcome.init)
        process = (try? document.member("process").integer).flatMap { Int32(exactly: $0).map(Int.init) }
        host = document.text(of: "host")
        settings = (try? document.member("settings").object).map { .object($0) }
        results = (try? document.member("results").members)?.compactMapValues { try? $0.text }
        started = document.moment("started") ?? 0
        updated = document.moment("updated") ?? started
        total = document.count(of: "total")
        keys = ((try? document.member("keys").members) ?? [:]).compactMapValues { try? $0.digest }
        executed = document.texts(of: "executed")
        blocked = document.texts(of: "blocked")
        cancelled = document.texts(of: "cancelled")
        reused = document.count(of: "reused")
        failed = document.elements(of: "failed").compactMap(Failure.init)
    }

    /// Whose run it is, as a text: the recipe's file, told by a digest, so that a document of which a byte was changed does not pass for
    /// that of another file.
    package var owner: String { Digest(of: JSON.array([.string(folder), .string(file)]).text()).description }

    /// The ``owner`` that a document names, where the rest of it bears that out, whatever else became of it.
    package static func owner(of json: JSON) -> String? {
        let document = RunDocument(reading: json)
        let named = try? JSONDocument(json, name: "the run's document").member("owner").text
        return named == document.owner ? document.owner : nil
    }

    /// The document. What is known only when the run has ended stands in it only then.
    package var json: JSON {
        var members: [String: JSON] = [
            "schema_version": 1, "recipe": .string(recipe), "folder": .string(folder), "file": .string(file),
            "owner": .string(owner),
            "state": JSON(outcome?.rawValue), "process": JSON(process), "host": JSON(host),
            "settings": settings ?? .null, "results": .object((results ?? [:]).mapValues { .string($0) }),
            "started": .number(started), "updated": .number(updated), "total": .integer(total),
            "keys": .object(keys.mapValues { .string($0.description) }),
        ]
        guard outcome != .running else { return .object(members) }
        func words(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }
        members["executed"] = words(executed)
        members["reused"] = .integer(reused)
        members["blocked"] = words(blocked)
        members["cancelled"] = words(cancelled)
        members["failed"] = .array(failed.map(\.json))
        return .object(members)
    }
}
