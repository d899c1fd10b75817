// How a backbone is fine-tuned.

package struct Training: Sendable, Hashable {
    package enum Schedule: String, CaseIterable, Sendable { case cosine, linear, constant }
    package var epochs = 3
    package var batch = 16
    package var learningRate = 1e-4
    package var headLearningRate: Double?
    package var schedule = Schedule.cosine
    package var warmup = 0.0
    package var weightDecay = 0.0
    package var clip: Double?

    static let declaration = Declaration(
        "How a backbone is fine-tuned.", initial: { Training() },
        keys: [
            Key("epochs", \.epochs, .integer(1...10_000), "Passes over the training rows."),
            Key("batch", \.batch, .integer(1...65_536), "Rows for one step of the optimizer."),
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
        ])
}
