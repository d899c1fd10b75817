// One step of a plan: what its kind declares, with an address and the recipe's words for it. Knows nothing of whether it has run.

package import Digests
package import Nodes

/// A step of a plan. One object wherever it is looked at: a plan of ten thousand is walked many times.
package final class Step: Sendable {
    /// A path such as `openhermes/seed-1/fold-2/finetune`; unique in its plan, and stable while the recipe's names are.
    package let address: String
    /// What it does, in the types of its kind.
    package let body: any TypedStep
    package let kind: StepKind
    /// The parameters that can change the result; always an object.
    package let parameters: JSON
    /// The inputs by name.
    package let inputs: [String: Source]
    /// The place in the recipe that each parameter came from.
    package let origins: [String: Node]
    /// The digest of the manifest without its inputs. A step whose outline no record has will certainly run, although its
    /// key is still unknown.
    package let outline: Digest

    /// What a program asks for beside a process; nil for ablate's own steps.
    package let resources: CommandResources?
    /// Of a program, by output, the step that reads the table each of whose rows the output must cover; empty for everything else.
    /// Never in a key.
    package let tables: [String: Int]
    /// The steps whose outputs this one reads, each once, ascending.
    package let dependencies: [Int]

    init(
        address: String, body: any TypedStep, kind: StepKind, parameters: JSON, inputs: [String: Source],
        origins: [String: Node], outline: Digest
    ) {
        (self.address, self.body, self.kind, self.parameters) = (address, body, kind, parameters)
        (self.inputs, self.origins, self.outline) = (inputs, origins, outline)
        resources = body.resources
        tables = (body as? CommandStep)?.tables.compactMapValues(\.step) ?? [:]
        let read = inputs.values.compactMap(\.step).sorted()
        dependencies = read.indices.filter { $0 == 0 || read[$0] != read[$0 - 1] }.map { read[$0] }
    }

    /// What running it takes.
    package var demand: Demand { body.demand }

    /// The tokens that a fine-tune keeps of each column, by column; empty for everything else.
    package var lengths: [String: Int] { (body as? FinetuneStep)?.forward.lengths ?? [:] }
    /// The share of the training texts that a fine-tune reads whole, where its lengths are such a quantile.
    package var lengthQuantile: Double? { (body as? FinetuneStep)?.forward.quantile }

    /// All that a worker gets: the parameters, and what changes no result.
    package var workerParameters: JSON { body.workerParameters }

    /// The recipe's words for a dotted path into the parameters, such as `training.epochs`; nil where it has none.
    package func origin(of parameter: String) -> Node? {
        let parts = parameter.split(separator: ".").map(String.init)
        guard let first = parts.first, let node = origins[first] else { return nil }
        return node.value(at: Array(parts.dropFirst())) ?? node
    }

    /// `file:line:column` of what ``origin(of:)`` gives.
    package func place(of parameter: String) -> String? { origin(of: parameter).map { "\($0.span)" } }
}
