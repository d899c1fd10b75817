// What shapes a forward pass of a backbone with a head: the parameters that fitting and predicting share.

internal import Digests
internal import Recipes

/// Worked out once for all seeds and folds of a model.
struct ForwardPass: Sendable {
    private let members: [String: JSON]
    /// Tokens kept of each text.
    let lengths: [String: Int]

    /// - Parameter texts: those that the model's template has places for.
    init(_ given: FineTune, texts: [String]) {
        var model = given
        model.lengths = given.lengths.of(texts)
        lengths = Dictionary(texts.map { ($0, model.lengths[$0]) }, uniquingKeysWith: { $1 })
        var members: [String: JSON] = [:]
        for parameter in Self.declared { members[parameter.name] = parameter.encode(model) }
        self.members = members
    }

    static let parameters: [Parameter<ForwardPass>] = declared.map { parameter in
        Parameter(
            name: parameter.name, about: parameter.about, schema: parameter.schema, isRequired: parameter.isRequired,
            asBefore: parameter.asBefore
        ) {
            $0.members[parameter.name]
        }
    }

    private static let declared: [Parameter<FineTune>] =
        Parameter.keys(
            of: FineTune.declaration, \.self,
            except: [
                "like", "backbone", "lora", "template", "chat", "split-special-tokens", "training", "seeds", "fit",
                "pseudo-labels",
            ]) + [
            Parameter(
                "lora",
                schema: ["anyOf": [["const": "head-only"], LoRA.declaration.shape.schema, ["type": "null"]]],
                "LoRA adapters; head-only: none but the head is trained; null: every weight is."
            ) { Adaptation.shape.parameter($0.adaptation) },
            Parameter(
                "scratch", nullable: \.scratch, Scratch.declaration.shape,
                "The size of a backbone whose weights are drawn at random; null where they come from a backbone."),
        ]
}

extension FineTune {
    fileprivate var scratch: Scratch? { if case .scratch(let scratch) = backbone { scratch } else { nil } }
}
