// Old outputs declared valid for what steps are now, and that taken back: decided by AcceptanceCheck, published under a lease, and
// listed for good. Runs no step.

package import Digests
package import Forecasts
package import Plans
package import Runs
internal import Host
internal import Storage

package struct Acceptances {
    private let plan: Plan
    private let recipe: String
    private let resolver: InputResolver
    private let lastKeys: [String: Digest]

    /// - Parameter recipe: the name under which the list is kept.
    package init(plan: Plan, recipe: String, resolver: InputResolver, lastKeys: [String: Digest]) {
        (self.plan, self.recipe, self.resolver, self.lastKeys) = (plan, recipe, resolver, lastKeys)
    }

    private var store: Store { resolver.store }
    private var now: Double { Double(store.host.clock.now) / 1e9 }
    private var person: String { "\(store.host.user)@\(store.host.name)" }

    private func forecast() throws -> Forecast { try Forecast(of: plan, resolver: resolver, lastKeys: lastKeys) }

    /// Accepts an old output for each of these steps, in the order of the plan: what is accepted above makes the keys below known. Of
    /// several steps, those that are reused anyway are passed over.
    ///
    /// - Parameter record: the key of the old record; nil for that of the last run, or the newest of the address.
    /// - Returns: what was added to the list. Errors: ``Refusal``; those of the store.
    package func accept(_ steps: [Int], record: Digest? = nil, reason: String) throws -> [AcceptanceNote] {
        var done: [AcceptanceNote] = []
        for step in steps.sorted() {
            let forecast = try forecast()
            if steps.count > 1, forecast.entries[step].state == .reuse { continue }
            let check = AcceptanceCheck(plan: plan, forecast: forecast, resolver: resolver, lastKeys: lastKeys)
            let candidate = try check.candidate(for: step, record: record)
            guard let lease = try store.lease(candidate.key) else {
                throw Refusal(description: "\(plan.steps[step].address) is being run now; let it end, or stop it")
            }
            defer { lease.release() }
            let acceptance = Acceptance(from: candidate.old.key, by: person, at: now, reason: reason)
            _ = try store.accept(
                candidate.old, as: candidate.key, outline: candidate.manifest.outline,
                manifest: candidate.manifest.json, address: plan.steps[step].address, acceptance)
            done.append(try note(.accept, step, candidate.key, acceptance, at: acceptance.at, reason))
        }
        guard !done.isEmpty else {
            throw Refusal(description: "all of these are reused as they are; there is nothing to accept")
        }
        return done
    }

    /// Takes back what was accepted for these steps: they run again.
    ///
    /// - Returns: what was added to the list. Errors: ``Refusal`` where nothing was accepted; those of the store.
    package func takeBack(_ steps: [Int], reason: String) throws -> [AcceptanceNote] {
        let forecast = try forecast()
        var done: [AcceptanceNote] = []
        for step in steps.sorted() {
            guard let record = forecast.entries[step].record, let acceptance = record.acceptance,
                try store.withdraw(record.key)
            else { continue }
            done.append(try note(.undo, step, record.key, acceptance, at: now, reason))
        }
        guard !done.isEmpty else {
            let first = steps.sorted().prefix(3).map { plan.steps[$0].address }.joined(separator: ", ")
            let others = steps.count > 3 ? " and \(steps.count - 3) more" : ""
            throw Refusal(description: "nothing was accepted for \(first)\(others)")
        }
        return done
    }

    private func note(
        _ act: AcceptanceNote.Act, _ step: Int, _ key: Digest, _ acceptance: Acceptance, at moment: Double,
        _ reason: String
    ) throws -> AcceptanceNote {
        let note = AcceptanceNote(
            act, address: plan.steps[step].address, key: key, from: acceptance.from, by: person, at: moment,
            reason: reason)
        try store.add(note, of: recipe)
        return note
    }
}
