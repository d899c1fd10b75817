// What shapes a forward pass of a backbone with a head: the parameters that fitting and predicting share.

internal import Digests
internal import Recipes

/// Worked out once for all seeds and folds of a model.
struct ForwardPass: Sendable {
    private var members: [String: JSON]
    private let swap: (at: Swap.Occasion, parameter: JSON)?
    /// Tokens kept of each text.
    let lengths: [String: Int]
    /// The share of the training texts that these are to leave whole.
    let quantile: Double?

    /// - Parameters:
    ///   - texts: those that the model's template has places for.
    ///   - labels: those of the data, in their order.
    init(_ given: FineTune, texts: [String], labels: [String]) {
        var model = given
        model.lengths = given.lengths.of(texts)
        lengths = Dictionary(texts.map { ($0, model.lengths[$0]) }, uniquingKeysWith: { $1 })
        quantile = model.lengths.quantile
        var members: [String: JSON] = [:]
        for parameter in Self.declared { members[parameter.name] = parameter.encode(model) }
        self.members = members
        swap = model.swap.map { ($0.at, $0.parameter(labels: labels)) }
    }

    /// With the swap of two texts where it is of this occasion: at another, it changes nothing.
    func on(_ occasion: Swap.Occasion) -> ForwardPass {
        guard let swap, swap.at == .both || swap.at == occasion else { return self }
        var own = self
        own.members[Self.swap] = swap.parameter
        return own
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
                "pseudo-labels", "label-words", "lengths", swap,
            ]) + [
            .lengths(\.lengths),
            Parameter(
                "lora",
                schema: ["anyOf": [["const": "head-only"], LoRA.declaration.shape.schema, ["type": "null"]]],
                "LoRA adapters; head-only: none but the head is trained; null: every weight is."
            ) { Adaptation.shape.parameter($0.adaptation) },
            Parameter(
                "scratch", nullable: \.scratch, Scratch.declaration.shape,
                "The size of a backbone whose weights are drawn at random; null where they come from a backbone."),
            Parameter(swap, schema: Swap.parameterSchema, required: false, Swap.declaration.about) { _ in nil },
        ]

    /// What depends on the data's labels, too.
    private static let swap = "swap"
}

extension FineTune {
    fileprivate var scratch: Scratch? { if case .scratch(let scratch) = backbone { scratch } else { nil } }
}
