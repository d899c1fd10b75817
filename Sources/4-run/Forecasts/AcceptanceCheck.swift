// Whether an old output may stand for what a step is now: kind, outputs and shape must agree. Decides; writes nothing.

package import Digests
internal import Formats
package import Plans
package import Storage

/// Why an old output cannot be accepted: what is wrong, and what to do, as a clause.
package struct Refusal: Error, Sendable, CustomStringConvertible {
    package let description: String
    package init(description: String) { self.description = description }
}

/// An old record that may be accepted for a step.
package struct Candidate: Sendable {
    package let step: Int
    package let old: Record
    package let manifest: Manifest
    package let key: Digest
}

package struct AcceptanceCheck {
    private let plan: Plan
    private let forecast: Forecast
    private let resolver: InputResolver
    private let lastKeys: [String: Digest]

    package init(plan: Plan, forecast: Forecast, resolver: InputResolver, lastKeys: [String: Digest]) {
        (self.plan, self.forecast, self.resolver, self.lastKeys) = (plan, forecast, resolver, lastKeys)
    }

    /// The record to accept for a step: the named one, that of the last run, or else the newest under the address.
    ///
    /// Errors: ``Refusal``; those of the store.
    package func candidate(for index: Int, record named: Digest?) throws -> Candidate {
        let (step, entry) = (plan.steps[index], forecast.entries[index])
        let name = step.address
        guard entry.state != .reuse else {
            throw Refusal(description: "\(name) is reused as it is; there is nothing to accept")
        }
        if let missing = entry.missing.first { throw Refusal(description: "\(name) cannot have a key: \(missing)") }
        guard let key = entry.key else {
            let waits = step.dependencies.first { forecast.entries[$0].record == nil }.map { plan.steps[$0].address }
            throw Refusal(
                description:
                    "the inputs of \(name) are not known before \(waits ?? "others") is; accept or run that first")
        }
        var inputs: [String: Digest] = [:]
        for (input, source) in step.inputs {
            inputs[input] = try resolver.resolve(source, steps: plan.steps) { forecast.entries[$0].record }.digest
        }
        let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs)
        guard let old = try record(step, named) else {
            throw Refusal(
                description: named.map { "there is no record \($0.short) with all its objects" }
                    ?? "\(name) has no old output; it must run")
        }
        try check(step, index, manifest, old)
        return Candidate(step: index, old: old, manifest: manifest, key: key)
    }

    private func record(_ step: Step, _ named: Digest?) throws -> Record? {
        if let named { return try resolver.store.record(for: named) }
        if let last = try lastKeys[step.address].flatMap({ try resolver.store.record(for: $0) }) { return last }
        let own = try resolver.store.records().reversed().filter { $0.address == step.address }
        return try own.lazy.compactMap { try resolver.store.record(for: $0.key) }.first
    }

    private func check(_ step: Step, _ index: Int, _ new: Manifest, _ old: Record) throws {
        guard old.kind == step.kind.rawValue, let before = try? Manifest(reading: old.manifest) else {
            throw Refusal(
                description: "the old output is of a step of kind \(old.kind), and this one is \(step.kind.rawValue)")
        }
        var wanted = Set((step.body as? any RunsProgram)?.outputs ?? [])
        for other in plan.steps {
            for case .output(index, let output) in other.inputs.values { wanted.insert(output) }
        }
        if let output = wanted.sorted().first(where: { old.outputs[$0] == nil }) {
            throw Refusal(description: "the old output has no \(output), which is needed now")
        }
        let classes = (before.parameters["classes"], new.parameters["classes"])
        guard classes.0 == classes.1 else {
            throw Refusal(
                description:
                    "the old output has \(classes.0?.text() ?? "no") classes, and \(classes.1?.text() ?? "none") are needed now"
            )
        }
        let targets = (before.parameters["target"], new.parameters["target"])
        guard targets.0 == targets.1 else {
            func name(_ target: JSON?) -> String { target?.string ?? "classes" }
            throw Refusal(
                description:
                    "the old output is of the target \(name(targets.0)), and \(name(targets.1)) is predicted now")
        }
        for (name, digest) in new.inputs.sorted(by: { $0.key < $1.key }) where before.inputs[name] != digest {
            guard let own = before.inputs[name], let rows = rows(of: own), let needed = self.rows(of: digest),
                rows != needed
            else { continue }
            throw Refusal(description: "\(name) had \(rows) rows when the old output was made, and has \(needed) now")
        }
    }

    /// How many rows a content in the store has; nil for what has none, and for what is not there.
    private func rows(of content: Digest) -> Int? {
        (try? resolver.store.content(of: content, from: "the old record")).flatMap(ContentShape.rows)
    }
}
