// Why a step runs or is reused, in the words of the recipe.

internal import Digests
internal import Plans
internal import Storage

struct Reasons {
    let store: Store
    let plan: Plan
    let lastKeys: [String: Digest]

    func address(_ step: Int) -> String { plan.steps[step].address }

    func whyReused(_ record: Record) -> String {
        if let acceptance = record.acceptance { return "accepted by \(acceptance.by): \(acceptance.reason)" }
        return whyRecorded(record)
    }

    private func whyRecorded(_ record: Record) -> String {
        record.address.isEmpty ? "recorded" : "unchanged: recorded as \(record.address)"
    }

    /// For a step whose inputs are still to come.
    func whyNew(_ step: Step) -> String {
        guard let old = lastManifest(step.address) else { return "never run" }
        let new = Manifest(kind: step.kind, parameters: step.parameters, inputs: old.inputs)
        return ManifestDifference.first(from: old, to: new).map { describe($0, step) }
            ?? "never run with these settings"
    }

    func whyRun(_ step: Step, _ manifest: Manifest) -> String {
        guard let old = lastManifest(step.address) else { return "never run" }
        guard let difference = ManifestDifference.first(from: old, to: manifest) else {
            return "its record or one of its objects is gone from the store"
        }
        return describe(difference, step)
    }

    private func lastManifest(_ address: String) -> Manifest? {
        guard let key = lastKeys[address], let record = try? store.record(for: key) else { return nil }
        return try? Manifest(reading: record.manifest)
    }

    func describe(_ difference: ManifestDifference, _ step: Step) -> String {
        switch difference {
        case .version(let old, let new):
            return "a newer ablate computes \(step.kind.rawValue) differently (version \(old) -> \(new))"
        case .parameter(let path, let old, let new):
            let place = step.place(of: path).map { " (\($0))" } ?? ""
            return "\(path): \(text(old)) -> \(text(new))\(place)"
        case .input(let name):
            switch step.inputs[name] {
            case .file(_, let file): return "\(file) changed"
            case .folder(_, let folder, _): return "\(folder) changed"
            case .hub(let repository, _, _): return "\(repository) changed"
            case .output(let before, let output): return "\(output) of \(address(before)) changed"
            case nil: return "input \(name) is no longer used"
            }
        }
    }

    private func text(_ value: JSON?) -> String { value.map { $0.text() } ?? "nothing" }
}
