// Where results come from: contents of inputs, versions of libraries, devices.

internal import Digests
internal import Forecasts
internal import Formats
internal import Plans
package import Storage

package struct Provenance: Sendable {
    /// Files and folders of the user's, with the digest of their content as the records have it.
    package let inputs: [(name: String, digest: String)]
    /// Library and version, for every version that any record names.
    package let libraries: [(name: String, versions: [String])]
    package let devices: [String]
    /// Outputs that nobody made anew: somebody declared older ones still valid.
    package let accepted: [(address: String, acceptance: Acceptance)]

    init(plan: Plan, entries: [Forecast.Entry]) {
        var inputs: [String: String] = [:]
        var libraries: [String: Set<String>] = [:]
        var devices: Set<String> = []
        for (step, entry) in zip(plan.steps, entries) {
            guard let record = entry.record else { continue }
            // What a step reads of the user's has one content now, whichever record tells it: ten thousand manifests need
            // not be parsed.
            var manifest: Manifest?
            for (name, source) in step.inputs {
                guard let title = Self.title(of: source), inputs[title] == nil else { continue }
                if manifest == nil { manifest = try? Manifest(reading: record.manifest) }
                inputs[title] = manifest?.inputs[name]?.short
            }
            // Only steps that a worker ran have versions.
            guard step.demand.isWorkers else { continue }
            let environment = StepEnvironment(record.environment)
            for (library, version) in environment.versions { libraries[library, default: []].insert(version) }
            if let device = environment.deviceName { devices.insert(device) }
        }
        accepted = zip(plan.steps, entries).compactMap { step, entry in
            entry.record?.acceptance.map { (step.address, $0) }
        }
        self.inputs = inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.libraries = libraries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
        self.devices = devices.sorted()
    }

    /// What a file or folder of the user's is called; nil for the output of a step.
    private static func title(of source: Source) -> String? {
        switch source {
        case .file(_, let file): file
        case .folder(_, let folder, let part): "\(folder) (\(part.rawValue))"
        case .hub(let repository, _, let part): "\(repository) (\(part.rawValue))"
        case .output: nil
        }
    }
}

extension Provenance {
    /// `an older output, accepted on 2026-11-23 by ada@host: only a comment changed`; the day is that of UTC.
    static func words(of acceptance: Acceptance) -> String {
        "an older output, accepted on \(day(acceptance.at)) by \(acceptance.by): \(acceptance.reason)"
    }

    /// The date by the Gregorian calendar, from seconds since 1970: counted in eras of 400 years that begin in March.
    static func day(_ seconds: Double) -> String {
        let days = Int((seconds / 86_400).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let rest = days - era * 146_097
        let years = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365
        let dayOfYear = rest - (365 * years + years / 4 - years / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = years + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }
}
