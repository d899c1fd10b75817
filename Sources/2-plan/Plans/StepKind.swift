// The kinds of steps there are. Knows what a kind is called and which version its results have, not what it does.

/// A kind of step. The raw value stands in keys, records and addresses.
package enum StepKind: String, CaseIterable, Sendable {
    case ingest, split, explore, tokenize, finetune, fit, predict, features, annotate, extract, average, stack,
        optimize,
        evaluate, submission
    case pseudoLabel = "pseudo-label"
    case command

    /// The version of the kind's implementation. It is part of every key: raise it when the same inputs and parameters
    /// would give other bytes, and every step of the kind runs anew.
    package var version: Int {
        switch self {
        case .evaluate: 3
        case .explore, .optimize, .submission: 2
        default: 1
        }
    }

    /// What every step of the kind gives at least. A step that says it is done and lacks one of these is not done.
    package var outputs: [String] {
        switch self {
        case .ingest: ["rows", "texts"]
        case .split: ["folds"]
        case .tokenize: ["tokens"]
        case .finetune, .fit: ["model"]
        case .predict, .average, .optimize: ["predictions"]
        case .features, .annotate, .extract: ["features"]
        case .explore: ["report"]
        // Out-of-fold predictions, or those of the test alone for a teacher.
        case .stack, .command: []
        case .evaluate: ["evaluation"]
        case .submission: ["submission"]
        case .pseudoLabel: ["pseudo-labels"]
        }
    }

    /// What running a step takes.
    package var demand: Demand {
        switch self {
        case .split, .average, .optimize, .evaluate, .submission, .pseudoLabel: .native
        case .ingest, .explore, .tokenize, .fit, .features, .annotate, .stack: .process
        case .command: .command
        case .finetune, .predict, .extract: .training
        }
    }
}

/// What a custom step says it takes of the machine.
package struct CommandResources: Hashable, Sendable {
    package let cores: Int
    package let gpus: Int
    /// Mebibytes; nil where it does not say.
    package let memory: Int?
    /// Mebibytes of each of its GPUs; nil for all of them.
    package let gpuMemory: Int?
    /// Seconds after which it is stopped; nil for no limit.
    package let time: Int?
}

/// What a step needs of the machine, in words that hold on any machine; a site turns them into cores and GPUs.
package enum Demand: String, Sendable {
    /// A moment of the engine's own time.
    case native
    /// A worker process on a core.
    case process
    /// A program of the user's, which says itself what it takes.
    case command
    /// A worker process with a GPU, or with its share of the cores where there is none.
    case training
}
