// One step of a plan: a kind, parameters, named inputs. Knows nothing of whether it has run.

package import Digests
package import Nodes

/// What of a backbone's files a step reads, and so what its key knows of them.
package enum BackbonePart: String, Hashable, Sendable {
    case tokenizer, weights
    /// Weights, and the Python files that come with them: those of a model with `remote-code: true`.
    case weightsAndCode = "weights and code"
}

/// Where an input's content comes from.
package enum Source: Hashable, Sendable {
    /// A file of the user's: absolute path, and the name the recipe gives it.
    case file(path: String, name: String)
    /// A folder in hub layout.
    case folder(path: String, name: String, part: BackbonePart)
    /// A repository in the hub's local cache, at a revision; nil is the branch `main`.
    case hub(repository: String, revision: String?, part: BackbonePart)
    /// An output of an earlier step of the plan.
    case output(step: Int, name: String)

    /// The step it is an output of; nil for what is the user's.
    var step: Int? { if case .output(let step, _) = self { step } else { nil } }
}

/// A step of a plan.
package struct Step: Sendable {
    /// A path such as `openhermes/seed-1/fold-2/finetune`; unique in its plan, and stable while the recipe's names are.
    package let address: String
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

    /// What running it takes. A baseline predicts on a core, whatever else predicting may take.
    package var demand: Demand {
        kind == .predict && parameters["tfidf"] != nil ? .process : kind.demand
    }

    /// What a custom step asks for beside a process; never in a key. Nil for ablate's own steps.
    package var resources: CommandResources?

    /// What a custom step says it does with the labels it can read; nil where it does not say. Never in a key.
    package var labels: LabelUse?

    /// The step that reads the table whose rows a program's `out-of-fold` must cover. The program waits for it and is held to it;
    /// never in a key. Nil for everything else.
    package var table: Int?

    /// What the worker is told beside the parameters, and what changes no result: how often to try again. Never in a key.
    package var manners: [String: JSON] = [:]

    /// Parameters and manners: all that a worker is told.
    package var told: JSON { .object((parameters.object ?? [:]).merging(manners) { $1 }) }

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
