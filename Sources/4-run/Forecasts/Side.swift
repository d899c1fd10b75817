// The steps of one side of a comparison: of a plan as its store has it now, or of a run as its document tells. Reads only.

package import Digests
package import Plans
package import Storage

/// One of two things that are compared.
package struct Side: Sendable {
    package struct Step: Sendable {
        package let address: String
        /// With the contents of the inputs that are known. Nil where a run's record is gone.
        package let manifest: Manifest?
        /// Nil while the content of an input is unknown.
        package let key: Digest?
        /// The record, with all its objects.
        package let record: Record?
        /// The addresses of the steps behind the inputs, by the names of the inputs.
        let producers: [String: String]
        /// What the recipe says of the step; nil for a run.
        let planned: Plans.Step?
    }

    /// A step comes after those it depends on.
    package let steps: [Step]
    package let store: Store
    /// Whether the order of ``steps`` is a plan's, and not that in which they were run.
    let isPlan: Bool
    private let places: [String: Int]

    private init(_ steps: [Step], _ store: Store, isPlan: Bool) {
        (self.steps, self.store, self.isPlan) = (steps, store, isPlan)
        places = Dictionary(steps.enumerated().map { ($1.address, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(address: String) -> Step? { places[address].map { steps[$0] } }

    /// What a recipe has now. Errors: those of the store.
    package init(of plan: Plan, _ forecast: Forecast, _ resolver: InputResolver) throws {
        var steps: [Step] = []
        steps.reserveCapacity(plan.steps.count)
        for (step, entry) in zip(plan.steps, forecast.entries) {
            var inputs: [String: Digest] = [:]
            var producers: [String: String] = [:]
            for (name, source) in step.inputs {
                if case .output(let index, _) = source { producers[name] = plan.steps[index].address }
                do {
                    inputs[name] =
                        try resolver.resolve(source, steps: plan.steps) { forecast.entries[$0].record }.digest
                } catch is MissingInput {}
            }
            let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs)
            steps.append(
                Step(
                    address: step.address, manifest: manifest, key: entry.key, record: entry.record,
                    producers: producers, planned: step))
        }
        self.init(steps, resolver.store, isPlan: true)
    }

    /// What a run had, from the keys of its addresses. Errors: those of the store.
    package init(ofRun keys: [String: Digest], in store: Store) throws {
        var found: [(address: String, key: Digest, record: Record?)] = []
        var makers: [Digest: String] = [:]
        for (address, key) in keys {
            let record = try store.storedRecord(key)
            found.append((address, key, record))
            for output in record?.outputs.values.map({ $0 }) ?? [] { makers[output.digest] = address }
        }
        found.sort { ($0.record?.started ?? 0, $0.address) < ($1.record?.started ?? 0, $1.address) }
        let steps = try found.map { address, key, record -> Step in
            let manifest = record.flatMap { try? Manifest(reading: $0.manifest) }
            return Step(
                address: address, manifest: manifest, key: key, record: try store.record(for: key),
                producers: (manifest?.inputs ?? [:]).compactMapValues { makers[$0] }, planned: nil)
        }
        self.init(steps, store, isPlan: false)
    }
}
