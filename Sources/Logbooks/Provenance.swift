// Where results come from: contents of inputs, versions of libraries, devices.

internal import Digests
internal import Forecasts
internal import Plans
internal import Storage

package struct Provenance: Sendable {
    /// Files and folders of the user's, with the digest of their content as the records have it.
    package let inputs: [(name: String, digest: String)]
    /// Library and version, for every version that any record names.
    package let libraries: [(name: String, versions: [String])]
    package let devices: [String]

    init(plan: Plan, entries: [Forecast.Entry]) {
        var inputs: [String: String] = [:]
        var libraries: [String: Set<String>] = [:]
        var devices: Set<String> = []
        for (step, entry) in zip(plan.steps, entries) {
            // Only steps that a worker ran have versions, and only files of the user have names: other manifests need not be
            // parsed, which for ten thousand steps takes longer than all the rest.
            let isOwn = step.inputs.values.contains { if case .output = $0 { false } else { true } }
            guard isOwn || step.demand == .process || step.demand == .training, let record = entry.record,
                let manifest = Manifest(json: record.manifest)
            else { continue }
            for (name, source) in step.inputs {
                guard let digest = manifest.inputs[name]?.short else { continue }
                switch source {
                case .file(_, let file): inputs[file] = digest
                case .folder(_, let folder, let weights):
                    inputs["\(folder) (\(weights ? "weights" : "tokenizer"))"] = digest
                case .hub(let repository, _, let weights):
                    inputs["\(repository) (\(weights ? "weights" : "tokenizer"))"] = digest
                case .output: break
                }
            }
            for (library, version) in record.environment["versions"]?.object ?? [:] {
                if let version = version.string { libraries[library, default: []].insert(version) }
            }
            if let device = record.environment["device"]?["name"]?.string { devices.insert(device) }
        }
        self.inputs = inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.libraries = libraries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
        self.devices = devices.sorted()
    }
}
