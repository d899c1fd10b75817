// Gathers steps, each once: two requests for the same work are one step.

internal import Digests
internal import Nodes

/// A plan in the making.
struct PlanBuilder {
    private(set) var steps: [Step] = []
    private var known: [Identity: Int] = [:]
    private var addresses: [String: Int] = [:]

    /// What makes two steps the same work: everything but the address.
    private struct Identity: Hashable {
        let outline: Digest
        let inputs: [String: Source]
    }

    /// The index of the step that does this work; it keeps the address of whoever asked first.
    mutating func step(
        _ address: String, _ kind: StepKind, _ parameters: [String: JSON], inputs: [String: Source],
        origins: [String: Node?] = [:], resources: CommandResources? = nil, labels: LabelUse? = nil,
        manners: [String: JSON] = [:]
    ) -> Int {
        let parameters = JSON.object(parameters)
        let outline = Manifest.outline(kind: kind.rawValue, version: kind.version, parameters: parameters)
        let index = Self.claim(&known[Identity(outline: outline, inputs: inputs)], steps.count)
        guard index == steps.count else { return index }
        precondition(addresses.updateValue(steps.count, forKey: address) == nil, "two different steps want \(address)")
        steps.append(
            Step(
                address: address, kind: kind, parameters: parameters, inputs: inputs,
                origins: origins.compactMapValues { $0 }, outline: outline, resources: resources,
                labels: labels, manners: manners))
        return index
    }

    /// The number in a place, which becomes `next` if it is empty: one look where reading and writing would be two.
    private static func claim(_ place: inout Int?, _ next: Int) -> Int {
        if let place { return place }
        place = next
        return next
    }

    func index(of address: String) -> Int? { addresses[address] }
}
