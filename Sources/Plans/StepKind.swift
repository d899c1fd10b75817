// The kinds of steps there are. Knows what a kind is called and which version its results have, not what it does.

/// A kind of step. The raw value stands in keys, records and addresses.
package enum StepKind: String, CaseIterable, Sendable {
    case ingest, split, tokenize, finetune, fit, predict, average, optimize, evaluate, submission

    /// The version of the kind's implementation. It is part of every key: raise it when the same inputs and parameters
    /// would give other bytes, and every step of the kind runs anew.
    package var version: Int { 1 }

    /// What running a step takes.
    package var demand: Demand {
        switch self {
        case .split, .average, .optimize, .evaluate, .submission: .native
        case .ingest, .tokenize, .fit: .process
        case .finetune, .predict: .training
        }
    }
}

/// What a step needs of the machine, in words that hold on any machine; a site turns them into cores and GPUs.
package enum Demand: String, Sendable {
    /// A moment of the engine's own time.
    case native
    /// A worker process on a core.
    case process
    /// A worker process with a GPU, or with its share of the cores where there is none.
    case training
}
