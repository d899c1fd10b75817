// What a run that goes on says of itself once a second, for whoever watches. Knows no plan and no terminal.

package import Digests
internal import Formats

package struct LiveState: Sendable {
    /// A step at work.
    package struct Work: Sendable {
        package var address: String
        package var kind: String
        /// Seconds since 1970.
        package var started: Double
        package var done: Int
        /// 0 where it is not known.
        package var total: Int
        package var unit: String
        package var message: String?
        package var loss: Double?
        package var tokensPerSecond: Double?

        package init(
            address: String, kind: String, started: Double, done: Int = 0, total: Int = 0, unit: String = "",
            message: String? = nil, loss: Double? = nil, tokensPerSecond: Double? = nil
        ) {
            (self.address, self.kind, self.started) = (address, kind, started)
            (self.done, self.total, self.unit, self.message) = (done, total, unit, message)
            (self.loss, self.tokensPerSecond) = (loss, tokensPerSecond)
        }

        fileprivate init(reading document: JSONDocument) {
            address = document.text(of: "address") ?? ""
            kind = document.text(of: "kind") ?? ""
            started = document.moment("started") ?? 0
            done = document.count(of: "done")
            total = document.count(of: "total")
            unit = document.text(of: "unit") ?? ""
            message = document.text(of: "message")
            loss = document.number(of: "loss")
            tokensPerSecond = document.number(of: "tokens_per_second")
        }

        fileprivate var json: JSON {
            [
                "address": .string(address), "kind": .string(kind), "started": .number(started), "done": .integer(done),
                "total": .integer(total), "unit": .string(unit), "message": JSON(message), "loss": JSON(loss),
                "tokens_per_second": JSON(tokensPerSecond),
            ]
        }
    }

    package var recipe: String
    /// The recipe's folder, absolute.
    package var folder: String
    package var host: String?
    package var process: Int?
    package var user: String?
    /// Seconds since 1970.
    package var started: Double
    package var updated: Double
    /// Steps that the run is about.
    package var total: Int
    package var executed = 0
    package var reused = 0
    package var cancelled = 0
    package var waiting = 0
    package var failed: [RunDocument.Failure] = []
    /// Seconds to the end; nil while there is no estimate.
    package var remaining: Double?
    package var running: [Work] = []

    package init(
        recipe: String, folder: String, host: String, process: Int, user: String?, started: Double, total: Int
    ) {
        (self.recipe, self.folder, self.host, self.process) = (recipe, folder, host, process)
        (self.user, self.started, self.updated, self.total) = (user, started, started, total)
    }

    /// Reads what a run of any version said; what is missing or cannot be right has its nil or its zero.
    package init(reading json: JSON) {
        let run = RunDocument(reading: json)
        (recipe, folder, host, process) = (run.recipe, run.folder, run.host, run.process)
        (started, updated, total, reused, failed) = (run.started, run.updated, run.total, run.reused, run.failed)
        let document = JSONDocument(json, name: "the run's state")
        user = document.text(of: "user")
        executed = document.count(of: "executed")
        cancelled = document.count(of: "cancelled")
        waiting = document.count(of: "waiting")
        remaining = document.number(of: "eta_seconds").flatMap { $0 >= 0 && $0 < 1e12 ? $0 : nil }
        running = document.elements(of: "running").map(Work.init)
    }

    package var json: JSON {
        [
            "format": 1, "recipe": .string(recipe), "folder": .string(folder), "host": JSON(host),
            "process": JSON(process), "user": JSON(user), "started": .number(started), "updated": .number(updated),
            "total": .integer(total), "executed": .integer(executed), "reused": .integer(reused),
            "cancelled": .integer(cancelled), "waiting": .integer(waiting), "failed": .array(failed.map(\.json)),
            "eta_seconds": JSON(remaining), "running": .array(running.map(\.json)),
        ]
    }
}
