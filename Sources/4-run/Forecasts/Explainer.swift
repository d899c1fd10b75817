// Why a step runs: its differences from a record, followed upward to what was changed. Reads records; runs nothing.

package import Digests
package import Plans
internal import Storage

/// Explains steps of a plan.
///
/// The way upward goes by content: an input that changed leads to the record that made the old content, and the step
/// that makes it now is compared with that record. So it does not matter whether that step has run again already.
package struct Explainer {
    private let plan: Plan
    private let forecast: Forecast
    private let resolver: InputResolver
    private let lastKeys: [String: Digest]
    private let reasons: Reasons
    /// All records, oldest first.
    private let records: [Record]
    private let makers: [Digest: [Int]]

    /// Errors: those of the store.
    package init(plan: Plan, forecast: Forecast, resolver: InputResolver, lastKeys: [String: Digest]) throws {
        self.plan = plan
        self.forecast = forecast
        self.resolver = resolver
        self.lastKeys = lastKeys
        reasons = Reasons(store: resolver.store, plan: plan, lastKeys: lastKeys)
        records = try resolver.store.records()
        var makers: [Digest: [Int]] = [:]
        for (index, record) in records.enumerated() {
            for output in record.outputs.values { makers[output.digest, default: []].append(index) }
        }
        self.makers = makers
    }

    /// Errors: those of the store.
    package func explain(_ step: Int) throws -> Explanation {
        let entry = forecast.entries[step]
        let compared = try self.compared(step)
        let differences = try compared.map { try self.differences(of: step, from: $0.record) } ?? []
        let causes = entry.record != nil && differences.isEmpty ? [] : try self.causes(of: step, compared)
        return Explanation(
            step: step, entry: entry, compared: compared, differences: differences.map(\.difference), causes: causes)
    }

    // MARK: - The record to compare with

    private func compared(_ step: Int) throws -> (record: Record, basis: Explanation.Basis)? {
        let address = plan.steps[step].address
        if let key = lastKeys[address], let record = try resolver.store.storedRecord(key) {
            return key == forecast.entries[step].key && forecast.entries[step].record != nil ? nil : (record, .lastRun)
        }
        return forecast.entries[step].record == nil ? nearest(step) : nil
    }

    private func nearest(_ index: Int) -> (record: Record, basis: Explanation.Basis)? {
        let step = plan.steps[index]
        let same = records.filter { $0.kind == step.kind.rawValue }
        if let record = same.last(where: { $0.address == step.address }) { return (record, .address) }
        let outline = step.outline
        if let record = same.last(where: { $0.outline == outline }) { return (record, .settings) }
        let new = Manifest(kind: step.kind, parameters: step.parameters, inputs: [:])
        func distance(_ record: Record) -> Int {
            guard let old = try? Manifest(reading: record.manifest) else { return .max }
            return ManifestDifference.all(from: old, to: new).count { if case .input = $0 { false } else { true } }
        }
        return same.reversed().map { ($0, distance($0)) }.min { $0.1 < $1.1 }.map { ($0.0, .kind) }
    }

    // MARK: - Differences

    private struct Found {
        let difference: Explanation.Difference
        /// The step behind a changed input, and the content it had.
        var behind: (step: Int, content: Digest?)?
    }

    private func differences(of index: Int, from record: Record) throws -> [Found] {
        guard let old = try? Manifest(reading: record.manifest) else { return [] }
        let step = plan.steps[index]
        var inputs: [String: Digest] = [:]
        var pending: [String] = []
        for (name, source) in step.inputs {
            do {
                inputs[name] = try resolver.resolve(source, steps: plan.steps) { forecast.entries[$0].record }.digest
            } catch is MissingInput {
                // What is not known yet is no difference of contents; it is told as it is.
                pending.append(name)
                inputs[name] = old.inputs[name]
            }
        }
        let new = Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs)
        let known = ManifestDifference.all(from: old, to: new).map { describe($0, step, old, new) }
        return known + pending.sorted().map { describe(pending: $0, step, old) }
    }

    private func describe(_ difference: ManifestDifference, _ step: Step, _ old: Manifest, _ new: Manifest) -> Found {
        let text = reasons.describe(difference, step)
        switch difference {
        case .version(let before, let after):
            return Found(
                difference: .init(
                    subject: .version, name: "", old: .integer(before), new: .integer(after), place: nil, text: text))
        case .parameter(let path, let before, let after):
            return Found(
                difference: .init(
                    subject: .parameter, name: path, old: before, new: after, place: step.place(of: path), text: text))
        case .input(let name):
            let (before, after) = (old.inputs[name], new.inputs[name])
            let isNew = before == nil
            let words =
                isNew ? "\(noun(of: name, step)) is a new input" : "\(text)\(Self.digests(before, after))"
            return Found(
                difference: .init(
                    subject: .input, name: name, old: JSON(before?.description), new: JSON(after?.description),
                    place: nil, text: words),
                behind: isNew ? nil : step.inputs[name].flatMap(Self.producer).map { ($0, before) })
        }
    }

    private func describe(pending name: String, _ step: Step, _ old: Manifest) -> Found {
        let before = old.inputs[name]
        let producer = step.inputs[name].flatMap(Self.producer)
        return Found(
            difference: .init(
                subject: .input, name: name, old: JSON(before?.description), new: nil, place: nil,
                text: "\(noun(of: name, step)) \(producer == nil ? "is missing" : "is still to be made")"),
            behind: producer.map { ($0, before) })
    }

    private func noun(of input: String, _ step: Step) -> String {
        switch step.inputs[input] {
        case .file(_, let name), .folder(_, let name, _): name
        case .hub(let repository, _, _): repository
        case .output(let producer, let output): "\(output) of \(reasons.address(producer))"
        case nil: "input \(input)"
        }
    }

    private static func producer(_ source: Source) -> Int? {
        if case .output(let step, _) = source { step } else { nil }
    }

    private static func digests(_ old: Digest?, _ new: Digest?) -> String {
        guard let old, let new else { return "" }
        return " (content \(old.short) -> \(new.short))"
    }

    // MARK: - Causes

    /// Breadth first, so that the ways are short. Of several steps that differ in the same, the first of the plan speaks.
    private func causes(
        of step: Int, _ compared: (record: Record, basis: Explanation.Basis)?
    ) throws -> [Explanation.Cause] {
        var causes: [Explanation.Cause] = []
        var seen: Set<Int> = [step]
        var waiting: [(path: [Int], record: Record?)] = [([step], compared?.record)]
        var next = 0
        func add(_ difference: Explanation.Difference, _ path: [Int]) {
            if let known = causes.firstIndex(where: { $0.difference.text == difference.text }) {
                causes[known].others += 1
                if path[0] < causes[known].path[0] { causes[known].path = path }
            } else {
                causes.append(.init(difference: difference, path: path, others: 0))
            }
        }
        while next < waiting.count {
            let (path, record) = waiting[next]
            next += 1
            let found = try record.map { try differences(of: path[0], from: $0) } ?? []
            if found.isEmpty { add(withoutDifference(path[0], record), path) }
            for one in found {
                guard let behind = one.behind else {
                    add(one.difference, path)
                    continue
                }
                let maker = self.maker(of: behind.content, behind.step)
                if let maker, isAnother(maker, behind.step) {
                    let words = "\(one.difference.text); the record has that of \(maker.address)"
                    add(one.difference.saying(words), path)
                } else if seen.insert(behind.step).inserted {
                    waiting.append(([behind.step] + path, try maker ?? last(behind.step)))
                }
            }
        }
        return causes
    }

    /// The record that made a content which this step makes now.
    private func maker(of content: Digest?, _ step: Int) -> Record? {
        let step = plan.steps[step]
        let all = (content.flatMap { makers[$0] } ?? []).map { records[$0] }.filter { $0.kind == step.kind.rawValue }
        return all.last { $0.address == step.address } ?? all.last
    }

    /// Whether the input comes from another step than it did, although this one is as it was.
    private func isAnother(_ maker: Record, _ step: Int) -> Bool {
        let entry = forecast.entries[step]
        guard let record = entry.record, record.key != maker.key else { return false }
        return maker.address != plan.steps[step].address && lastKeys[plan.steps[step].address] == record.key
    }

    private func last(_ step: Int) throws -> Record? {
        try lastKeys[plan.steps[step].address].flatMap { try resolver.store.storedRecord($0) }
            ?? (forecast.entries[step].record == nil ? nearest(step)?.record : nil)
    }

    /// Why a step runs, or gave another result, though nothing differs.
    private func withoutDifference(_ step: Int, _ record: Record?) -> Explanation.Difference {
        let text: String
        if forecast.entries[step].record != nil {
            text = "the same settings and inputs gave another result than before"
        } else if record == nil {
            text = "never run"
        } else {
            text = "its record or one of its objects is gone from the store"
        }
        return .init(subject: .record, name: "", old: nil, new: nil, place: nil, text: text)
    }
}

extension Explanation.Difference {
    fileprivate func saying(_ text: String) -> Self {
        Self(subject: subject, name: name, old: old, new: new, place: place, text: text)
    }
}
