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
        let kind: StepKind
        let parameters: JSON
        let inputs: [String: Source]
    }

    /// The index of the step that does this work; it keeps the address of whoever asked first.
    mutating func step(
        _ address: String, _ kind: StepKind, _ parameters: [String: JSON], inputs: [String: Source],
        origins: [String: Node?] = [:], resources: CommandResources? = nil
    ) -> Int {
        let identity = Identity(kind: kind, parameters: .object(parameters), inputs: inputs)
        if let index = known[identity] { return index }
        precondition(addresses.updateValue(steps.count, forKey: address) == nil, "two different steps want \(address)")
        steps.append(
            Step(
                address: address, kind: kind, parameters: .object(parameters), inputs: inputs,
                origins: origins.compactMapValues { $0 }, resources: resources))
        known[identity] = steps.count - 1
        return steps.count - 1
    }

    func index(of address: String) -> Int? { addresses[address] }
}
