// A kind of step as the rest of the program knows it: its name, its version, what it needs and gives. Knows no recipe.

/// A kind of step. Each is declared by the ``TypedStep`` in `Kinds/` that makes steps of it.
package struct StepKind: Sendable, RawRepresentable, CaseIterable, Hashable {
    /// The name that stands in keys, records and addresses.
    package let rawValue: String
    /// The version of the kind's implementation. It is part of every key: raise it when the same inputs and parameters
    /// would give other bytes, and every step of the kind runs anew.
    package let version: Int
    /// What running a step takes.
    package let demand: Demand
    /// What every step of the kind gives at least. A step that says it is done and lacks one of these is not done.
    package let outputs: [String]
    /// All that a step of the kind may give.
    package let declaredOutputs: [OutputDescription]
    /// What a step of the kind does, in a sentence.
    package let about: String

    init(_ name: String, version: Int = 1, demand: Demand, outputs: [OutputDescription], _ about: String) {
        rawValue = name
        self.version = version
        self.demand = demand
        self.outputs = outputs.filter { $0.condition == nil }.map(\.name)
        declaredOutputs = outputs
        self.about = about
    }

    /// The kind of that name; nil where this version of ablate has none.
    package init?(rawValue: String) {
        guard let kind = Self.named[rawValue] else { return nil }
        self = kind
    }

    private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    package static func == (one: StepKind, other: StepKind) -> Bool { one.rawValue == other.rawValue }
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension StepKind {
    /// Every kind, in the order of the data.
    package static let declared: [any TypedStep.Type] = [
        IngestStep.self, JoinStep.self, SplitStep.self, ExploreStep.self, TokenizeStep.self, FinetuneStep.self,
        FitStep.self,
        PredictStep.self, PredictionsStep.self, FeaturesStep.self, AnnotateStep.self, ExtractStep.self,
        AverageStep.self, StackStep.self,
        OptimizeStep.self, SheetsStep.self, ScoreStep.self, EvaluateStep.self, SubmissionStep.self,
        PseudoLabelStep.self, CommandStep.self,
        PartStep.self, ProgramStep.self,
    ]
    package static let allCases = declared.map { $0.kind }

    package static var ingest: StepKind { IngestStep.kind }
    package static var split: StepKind { SplitStep.kind }
    package static var explore: StepKind { ExploreStep.kind }
    package static var tokenize: StepKind { TokenizeStep.kind }
    package static var finetune: StepKind { FinetuneStep.kind }
    package static var fit: StepKind { FitStep.kind }
    package static var predict: StepKind { PredictStep.kind }
    package static var average: StepKind { AverageStep.kind }
    package static var stack: StepKind { StackStep.kind }
    package static var optimize: StepKind { OptimizeStep.kind }
    package static var submission: StepKind { SubmissionStep.kind }
    package static var pseudoLabel: StepKind { PseudoLabelStep.kind }
    package static var score: StepKind { ScoreStep.kind }
    package static var evaluate: StepKind { EvaluateStep.kind }
    package static var command: StepKind { CommandStep.kind }
}

/// What a step needs of the machine, in words that hold on any machine; a site turns them into cores and GPUs.
package enum Demand: String, Sendable {
    /// A moment of the engine's own time.
    case native
    /// A worker process on a core.
    case process
    /// A worker process on as many cores as nobody else needs just now, and on one at least. How many changes no byte of its outputs.
    case parallel
    /// A program of the user's, which says itself what it takes.
    case command
    /// A worker process with a GPU, or with its share of the cores where there is none.
    case training

    /// Whether a worker process carries such a step out.
    package var isWorkers: Bool {
        switch self {
        case .process, .parallel, .training: true
        case .native, .command: false
        }
    }
}
