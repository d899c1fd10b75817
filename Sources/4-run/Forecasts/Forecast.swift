// Plan and store to what a run would do, step by step, and why. Runs nothing and writes nothing.

package import Digests
package import Plans
package import Storage

/// What a run would do with each step of a plan.
package struct Forecast: Sendable {
    package enum State: String, Sendable {
        /// A record with this key is there.
        case reuse
        /// No record can have this key: it will run.
        case run
        /// Something before it runs; if that gives the same bytes as once before, this step is reused.
        case maybe
    }

    package struct Entry: Sendable {
        package let state: State
        /// Why, as a clause.
        package let reason: String
        /// The key; nil while the content of an input is unknown.
        package let key: Digest?
        /// The record that is reused.
        package let record: Record?
        /// What is missing before the step could run; empty for most.
        package let missing: [MissingInput]
        /// Expected seconds, from past records; nil where there are none.
        package let estimate: Double?
    }

    package let entries: [Entry]

    /// Every missing input, each once, in the order of the plan.
    package var missing: [MissingInput] { missing(among: entries.indices) }

    /// The missing inputs of some steps.
    package func missing(among steps: some Collection<Int>) -> [MissingInput] {
        var seen: Set<MissingInput> = []
        return steps.filter { !entries[$0].missing.isEmpty }.sorted().flatMap { entries[$0].missing }.filter {
            seen.insert($0).inserted
        }
    }

    package func count(_ state: State, among steps: some Collection<Int>) -> Int {
        steps.count { entries[$0].state == state }
    }

    package func count(_ state: State) -> Int { count(state, among: entries.indices) }

    /// The forecast of `plan`.
    ///
    /// `lastKeys` are the keys that each address had in the recipe's last run: reasons are told as differences from these.
    /// Records that are not `isCurrent` are not reused. What is `known` of a step, from a run that has just ended, is not
    /// looked up again.
    package init(
        of plan: Plan, resolver: InputResolver, lastKeys: [String: Digest], known: [Int: Record] = [:],
        isCurrent: (Record) -> Bool = { _ in true }
    ) throws {
        var entries: [Entry] = []
        entries.reserveCapacity(plan.steps.count)
        let reasons = Reasons(store: resolver.store, plan: plan, lastKeys: lastKeys)
        resolver.read(plan)
        let divergent = try resolver.store.divergentKeys()
        for (index, step) in plan.steps.enumerated() {
            if let record = known[index] {
                entries.append(
                    Entry(
                        state: .reuse, reason: reasons.whyReused(record), key: record.key, record: record, missing: [],
                        estimate: record.seconds))
                continue
            }
            var digests: [String: Digest] = [:]
            var missing: [MissingInput] = []
            var waits: [Int] = []
            for (name, source) in step.inputs.sorted(by: { $0.key < $1.key }) {
                if case .output(let index, _) = source, entries[index].record == nil {
                    waits.append(index)
                    continue
                }
                do {
                    digests[name] = try resolver.resolve(source, steps: plan.steps) { entries[$0].record }.digest
                } catch let error as MissingInput {
                    missing.append(error)
                }
            }
            entries.append(
                try Self.entry(
                    step, digests: digests, missing: missing, waits: waits.sorted(), store: resolver.store,
                    reasons: reasons, divergent: divergent, isCurrent: isCurrent))
        }
        self.entries = entries
    }

    private static func entry(
        _ step: Step, digests: [String: Digest], missing: [MissingInput], waits: [Int], store: Store, reasons: Reasons,
        divergent: Set<Digest>, isCurrent: (Record) -> Bool
    ) throws -> Entry {
        let outline = step.outline
        func make(_ state: State, _ reason: String, key: Digest? = nil, record: Record? = nil) throws -> Entry {
            let estimate =
                try state == .reuse
                ? record?.seconds : store.estimatedSeconds(outline: outline, kind: step.kind.rawValue)
            return Entry(state: state, reason: reason, key: key, record: record, missing: missing, estimate: estimate)
        }
        if let first = missing.first { return try make(.run, first.description) }
        if let first = waits.first {
            // A record with this outline may have had the very inputs that are still to come.
            return try store.hasRecord(outline: outline)
                ? make(.maybe, "waits for \(reasons.address(first))")
                : make(.run, reasons.whyNew(step))
        }
        let key = Manifest.key(outline: outline, inputs: digests)
        if let record = try store.record(for: key) {
            guard isCurrent(record) else {
                return try make(.run, "made with other versions of libraries", key: key)
            }
            let isDivergent = try divergent.contains(key) && store.isDivergent(key)
            let others = isDivergent ? "; it gave another result before, which is kept, too" : ""
            return try make(.reuse, reasons.whyReused(record) + others, key: key, record: record)
        }
        let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: digests)
        return try make(.run, reasons.whyRun(step, manifest), key: key)
    }
}
