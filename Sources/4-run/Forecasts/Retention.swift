// Which records a collection must keep: those of the latest runs, of pins, and of recipes that are named. Removes nothing.

package import Digests
package import Plans
internal import Runs
package import Storage

/// Keys and outlines to keep, and where they come from.
package struct Retention: Sendable {
    /// The latest run of one recipe's file in one folder: two projects that share a store may call their recipes the same, and so may
    /// two files of one folder.
    package struct Run: Sendable {
        package let recipe: String
        /// The folder of the recipe, absolute or as seen from the store; empty for runs of engines that did not note it.
        package let folder: String
        package let state: String
        /// Seconds since 1970.
        package let updated: Double
        package let keys: [Digest]
    }

    package private(set) var keys: Set<Digest> = []
    /// Of steps whose key is not known before others have run.
    package private(set) var outlines: Set<Digest> = []
    package let runs: [Run]
    package let pins: [(name: String, recipe: String, keys: [Digest])]

    /// What the store itself knows of: the latest runs and the pins. Errors: those of the store.
    package init(of store: Store) throws {
        var runs: [Run] = []
        for name in try store.runNames() {
            var seen: Set<[String]> = []
            try store.forEachRun(name) { json in
                let document = RunDocument(reading: json)
                guard seen.insert([document.folder, document.file]).inserted else { return }
                runs.append(
                    Run(
                        recipe: name, folder: document.folder, state: document.outcome?.rawValue ?? "unknown",
                        updated: document.updated, keys: Array(document.keys.values)))
            }
        }
        self.runs = runs
        pins = try store.pins().sorted { $0.key < $1.key }.map { (name, json) in
            let pin = RunDocument(reading: json)
            return (name, pin.recipe, Array(pin.keys.values))
        }
        keys = Set(runs.flatMap(\.keys) + pins.flatMap(\.keys))
    }

    /// Keeps all that a run of this plan would reuse now, or may come to.
    package mutating func keep(_ plan: Plan, _ forecast: Forecast) {
        for (step, entry) in zip(plan.steps, forecast.entries) {
            if let key = entry.key { keys.insert(key) } else { outlines.insert(step.outline) }
        }
    }
}
