// Where results come from: contents of inputs, versions of libraries, devices.

package import Digests
internal import Forecasts
internal import Formats
internal import Plans
internal import Storage

package struct Provenance: Sendable {
    /// Files and folders of the user's, with the digest of their content as the records have it.
    package let inputs: [(name: String, digest: String)]
    /// Library and version, for every version that any record names.
    package let libraries: [(name: String, versions: [String])]
    package let devices: [String]
    /// Outputs that nobody made anew: somebody declared older ones still valid.
    package let accepted: [AcceptedOutput]

    /// An older output that somebody declared still valid.
    package struct AcceptedOutput: Sendable {
        package let address: String
        /// The key of the record whose outputs they are.
        package let from: Digest
        package let by: String
        /// Seconds since 1970.
        package let at: Double
        package let reason: String
    }

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
            entry.record?.acceptance.map {
                AcceptedOutput(address: step.address, from: $0.from, by: $0.by, at: $0.at, reason: $0.reason)
            }
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
