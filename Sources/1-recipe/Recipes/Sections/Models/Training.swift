// How a backbone is fine-tuned.

internal import Diagnostics
internal import Digests
internal import Nodes

package struct Training: Sendable, Hashable {
    package enum Schedule: String, CaseIterable, Sendable { case cosine, linear, constant }
    package enum Optimizer: String, CaseIterable, Sendable {
        case adamw
        case pagedAdamW8Bit = "paged-adamw-8bit"
    }
    package enum Keep: String, CaseIterable, Sendable { case last, best }
    package enum SharePrompt: String, CaseIterable, Sendable { case auto, on, off }
    /// What a fit of numbers makes small.
    package enum Loss: String, CaseIterable, Sendable { case mse, mae, huber }
    package enum Order: String, CaseIterable, Sendable { case rows, groups }
    /// What stands in place of a token that is masked.
    package enum Mask: String, CaseIterable, Sendable { case random, mask }

    package var epochs = 3
    package var steps: Int?
    package var batch = 16
    package var learningRate = 1e-4
    package var headLearningRate: Double?
    package var schedule = Schedule.cosine
    package var warmup = 0.0
    package var weightDecay = 0.0
    package var clip: Double?
    package var optimizer = Optimizer.adamw
    package var loss: Loss?
    package var labelSmoothing = 0.0
    package var classWeights = ClassWeights.none
    package var validation = 0.0
    package var keep = Keep.last
    package var earlyStopping: Int?
    package var order = Order.rows
    package var sharePrompt = SharePrompt.auto
    package var deterministic = false
    package var layerDecay = 1.0
    package var average = 0.0
    package var adversarial = AdversarialTraining.off
    package var focal = 0.0
    package var headDropout = 0.0
    package var dropoutSamples = 1
    package var noise = 0.0
    package var maskTokens = 0.0
    package var maskWith = Mask.random
    package var reinitialize = 0

    /// Whether tokens are replaced by the tokenizer's mask token.
    package var masksByToken: Bool { maskTokens > 0 && maskWith == .mask }

    package static let declaration = Declaration(
        "How a backbone is fine-tuned.", initial: { Training() },
        keys: [
            Key("epochs", \.epochs, .integer(1...10_000), "Passes over the training rows.", unit: "epochs"),
            Key(
                "steps", optional: \.steps, .integer(1...100_000_000),
                "Steps of the optimizer, instead of whole epochs.", unit: "steps"),
            Key("batch", \.batch, .integer(1...65_536), "Rows for one step of the optimizer.", unit: "rows"),
            Key("learning-rate", \.learningRate, .number(0...10, aboveMinimum: true), "Peak learning rate of AdamW."),
            Key(
                "head-learning-rate", optional: \.headLearningRate, .number(0...10, aboveMinimum: true),
                "Peak learning rate of the classification head; by default the same."),
            Key(
                "schedule", \.schedule, .choice,
                "How the learning rate falls after the warm-up; cosine and linear end at 0."),
            Key("warmup", \.warmup, .number(0...1), "Share of all steps during which the learning rate rises from 0."),
            Key("weight-decay", \.weightDecay, .number(0...10), "Decoupled weight decay of AdamW."),
            Key(
                "clip", optional: \.clip, .number(0...1e6, aboveMinimum: true),
                "Largest norm of the gradient; by default unbounded."),
            Key("optimizer", \.optimizer, .choice, "AdamW, or its 8-bit form that pages its state to the host."),
            Key(
                "loss", optional: \.loss, .choice,
                "What a fit of numbers makes small: the squared error (mse, the default), the absolute one (mae), or Huber's, which is squared up to one standard deviation of the numbers and absolute beyond."
            ),
            Key("label-smoothing", \.labelSmoothing, .number(0...0.99), "Share of each label spread over all classes."),
            Key(
                "class-weights", \.classWeights, ClassWeights.shape,
                "none, balanced (inverse to the classes' frequencies), or a weight for each label."),
            Key(
                "validation", \.validation, .number(0...0.5),
                "Share of the training groups held out of training, to choose a checkpoint by; never the scored fold."),
            Key("keep", \.keep, .choice, "The last checkpoint, or the best on the validation rows."),
            Key(
                "early-stopping", optional: \.earlyStopping, .integer(1...10_000),
                "Epochs without a better validation loss after which training ends.", unit: "epochs"),
            Key(
                "order", \.order, .choice,
                "What an epoch shuffles: rows, or whole groups, whose prompt is then computed once."),
            Key(
                "share-prompt", \.sharePrompt, .choice,
                "Whether rows of a batch that begin alike compute that beginning once; auto: where the result is the same."
            ),
            Key(
                "deterministic", \.deterministic, .boolean,
                "Bit by bit repeatable on a GPU, at the price of some speed; on a CPU it always is."),
            Key(
                "layer-decay", \.layerDecay, .number(0...1, aboveMinimum: true), asBefore: 1,
                "Each layer's learning rate as a share of that of the layer above it; the last layer has the full one, embeddings come below the first."
            ),
            Key(
                "ema", \.average, .number(0...0.999999), asBefore: 0,
                "Decay of a moving average of the weights, from which the model predicts, such as 0.99: it is of about the last 1 / (1 - decay) steps; 0: the last weights."
            ),
            Key(
                "adversarial", \.adversarial, AdversarialTraining.shape, asBefore: .off,
                Adversarial.declaration.about),
            Key(
                "focal", \.focal, .number(0...100), asBefore: 0,
                "Exponent of focal loss: a row counts by (1 - the probability of its label) to this power, so that rows known well count less; 0: each counts the same."
            ),
            Key(
                "head-dropout", \.headDropout, .number(0...0.99), asBefore: 0,
                "Dropout of what the head reads, in training."),
            Key(
                "dropout-samples", \.dropoutSamples, .integer(1...64), asBefore: 1,
                "Draws of head-dropout for each row, whose losses are averaged (multi-sample dropout)."),
            Key(
                "neftune", \.noise, .number(0...1e6), asBefore: 0,
                "Noise added to embedded tokens in training (NEFTune's alpha, such as 5): uniform, up to this over the root of tokens times width."
            ),
            Key(
                "mask-tokens", \.maskTokens, .number(0...0.9), asBefore: 0,
                "Share of the texts' tokens that are replaced in training, drawn anew each time; the template stays."),
            Key(
                "mask-with", \.maskWith, .choice, asBefore: .random,
                "What stands in their place: tokens drawn at random from the training texts, or the tokenizer's mask token."
            ),
            Key(
                "reinitialize-layers", \.reinitialize, .integer(0...256), asBefore: 0,
                "Last layers of the backbone whose weights are drawn anew before training.", unit: "layers"),
        ])
}

/// How much the rows of each class count in the loss.
package enum ClassWeights: Sendable, Hashable {
    case none
    case balanced
    case each([Double])

    static let shape = ValueShape<ClassWeights>(
        schema: [
            "anyOf": [
                ["enum": ["none", "balanced"]],
                ["type": "array", "items": ["type": "number", "exclusiveMinimum": 0, "maximum": 1e6], "minItems": 2],
            ]
        ]
    ) { node, reading in
        if node.elements != nil {
            let list = ValueShape<[Double]>.list(of: .number(0...1e6, aboveMinimum: true), minimum: 2, unique: false)
            return list.decode(node, &reading).map { .each($0) }
        }
        switch node.scalar?.text {
        case "none": return ClassWeights.none
        case "balanced": return .balanced
        default:
            reading.wrongType(node, wanted: "none, balanced or a list of numbers")
            return nil
        }
    } encode: { weights in
        switch weights {
        case .none: "none"
        case .balanced: "balanced"
        case .each(let values): .array(values.map { .number($0) })
        }
    }
}
