// One step of a plan: what its kind declares, with an address and the recipe's words for it. Knows nothing of whether it has run.

package import Digests
package import Nodes

/// A step of a plan.
package struct Step: Sendable {
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

    /// What running it takes.
    package var demand: Demand { body.demand }

    /// What a custom step asks for beside a process; nil for ablate's own steps.
    package var resources: CommandResources? { (body as? CommandStep)?.resources }

    /// The tokens that a fine-tune keeps of each column, by column; empty for everything else.
    package var lengths: [String: Int] { (body as? FinetuneStep)?.forward.lengths ?? [:] }

    /// Of a program, by output, the step that reads the table each of whose rows the output must cover; empty for everything else.
    /// Never in a key.
    package var tables: [String: Int] { (body as? CommandStep)?.tables.compactMapValues(\.step) ?? [:] }

    /// All that a worker gets: the parameters, and what changes no result.
    package var workerParameters: JSON { body.workerParameters }

    /// The steps whose outputs this one reads, each once, ascending.
    package var dependencies: [Int] {
        var seen: Set<Int> = []
        for case .output(let step, _) in inputs.values { seen.insert(step) }
        return seen.sorted()
    }

    /// The recipe's words for a dotted path into the parameters, such as `training.epochs`; nil where it has none.
    package func origin(of parameter: String) -> Node? {
        let parts = parameter.split(separator: ".").map(String.init)
        guard let first = parts.first, let node = origins[first] else { return nil }
        return node.value(at: Array(parts.dropFirst())) ?? node
    }

    /// `file:line:column` of what ``origin(of:)`` gives.
    package func place(of parameter: String) -> String? { origin(of: parameter).map { "\($0.span)" } }
}
