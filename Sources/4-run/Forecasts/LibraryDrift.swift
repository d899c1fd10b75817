// Versions of libraries that records were made with, held against those that are installed now. They are in no key.

internal import Formats
internal import Plans
package import Storage

/// Which libraries are installed now, and which records were made with other versions.
package struct LibraryDrift: Sendable {
    /// A library whose version has changed, and how many records the old one made.
    package struct Change: Sendable {
        package let library: String
        package let recorded: String
        /// Nil where it is no longer installed.
        package let installed: String?
        package internal(set) var steps: [Int]
    }

    private let installed: [String: String]

    /// Versions by name, in whatever spelling packages have. Nil where nothing is known of what is installed.
    package init?(installed: [String: String]) {
        guard !installed.isEmpty else { return nil }
        self.installed = Dictionary(
            installed.map { (Self.plain($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The libraries of a record that have another version now; empty for steps without libraries.
    package func changes(of record: Record) -> [(library: String, recorded: String, installed: String?)] {
        // Only a worker's steps have libraries; the text of the others' records need not be read for it.
        guard let demand = StepKind(rawValue: record.kind)?.demand, demand.isWorkers else {
            return []
        }
        return StepEnvironment(record.environment).versions.sorted { $0.key < $1.key }.compactMap { library, recorded in
            let now = installed[Self.plain(library)]
            return now == recorded ? nil : (library, recorded, now)
        }
    }

    package func isCurrent(_ record: Record) -> Bool { changes(of: record).isEmpty }

    /// Every change among the records that a forecast reuses, by library.
    package func changes(in forecast: Forecast, among steps: some Collection<Int>) -> [Change] {
        var found: [String: Change] = [:]
        for step in steps.sorted() {
            guard let record = forecast.entries[step].record else { continue }
            for (library, recorded, installed) in changes(of: record) {
                found[
                    "\(library) \(recorded)",
                    default: Change(library: library, recorded: recorded, installed: installed, steps: [])
                ]
                .steps.append(step)
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// `scikit_learn` and `Scikit-Learn` are the same package.
    private static func plain(_ name: String) -> String {
        String(name.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 })
    }
}
