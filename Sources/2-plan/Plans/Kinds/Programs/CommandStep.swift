// `command`: a program of the user's.

package import Recipes
package import Targets

package struct CommandStep: RunsProgram {
    package static let kind = StepKind(
        "command", demand: .command, outputs: [], "Runs a program of the user's.")

    /// Its outputs by the names that the recipe gives them.
    package struct Outputs: Sendable {
        let step: Int
        func artifact<Content>(_ name: String) -> Artifact<Content> { Artifact(step, name) }
    }

    /// The name of its entry in the recipe.
    let name: String
    package let command: [String]
    package let outputs: [String]
    package let target: Target
    /// `in.NAME` for what the recipe names, `script:PATH` for the files that the command names.
    package let inputs: [String: Source]
    /// What it takes of the machine.
    package let resources: CommandResources?
    /// What it says it does with the labels it can read; nil where it does not say.
    package let labels: CustomStep.Labels?
    /// The tables whose rows its `out-of-fold` and `test` must cover, which it may never read. It waits for them and is held to them.
    let tables: [String: Artifact<Content.Rows>]

    package static let parameters: [Parameter<Self>] =
        [
            Parameter(
                "command", \.command, .list(of: .text(), unique: false),
                "The program and its arguments, with places to fill."),
            Parameter("outputs", \.outputs, .list(of: .text()), "The names of what it writes."),
        ] + Parameter.target(\.target)

    package static let inputs: [Input<Self>] = [
        Input(InputDescription("in.<name>", holds: "any", isRequired: false, "What the recipe names.")) {
            $1.merge($0.inputs) { $1 }
        },
        Input(InputDescription("script:<path>", holds: "file", isRequired: false, "A file that the command names.")) {
            $1.merge($0.inputs) { $1 }
        },
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(step: step) }

    package func places(inputs: [String: String], outputs: String) -> [String: String] {
        inputs.merging(written(to: outputs)) { $1 }
    }

    /// A program is taken at its word. Without one: what reads the training table and the folds is taken to keep them apart, and
    /// what reads the table alone cannot.
    package func sights(in lineage: Lineage) -> [String: Sight] {
        let count = lineage.foldCount
        var rows = [Seen](repeating: Seen(), count: count)
        var test = Seen()
        for source in inputs.values {
            let input = lineage.sight(of: source)
            for fold in rows.indices where !isForTestAlone(source, in: lineage) {
                rows[fold].formUnion(input.seen(rowsOf: fold))
            }
            for fold in 0..<count { test.formUnion(input.seen(rowsOf: fold)) }
        }
        let use = use(in: lineage)
        switch use {
        case .unused: break
        case .crossFitted:
            for fold in rows.indices { rows[fold].direct.formUnion(FoldSet(all: count, without: fold)) }
            test.direct.formUnion(FoldSet(all: count))
        case .inSample:
            for fold in rows.indices { rows[fold].direct.formUnion(FoldSet(all: count)) }
            test.direct.formUnion(FoldSet(all: count))
        }
        guard rows.contains(where: { $0 != Seen() }) || test != Seen() else { return [:] }
        // What is fitted on labels is one thing for all rows, as a model is, unless its name says that it is out-of-fold.
        let isFitted = use != .unused
        return Dictionary(
            outputs.map { ($0, Self.isRowWise($0) || !isFitted && $0 != "test" ? .rows(rows) : .whole(test)) },
            uniquingKeysWith: { $1 })
    }

    /// Whether an output holds something for each row that has not seen the row's fold: `out-of-fold`, or a name that begins or ends
    /// so, such as `out-of-fold-counts`.
    static func isRowWise(_ name: String) -> Bool {
        name == "out-of-fold" || name.hasPrefix("out-of-fold-") || name.hasSuffix("-out-of-fold")
    }

    /// What it does with labels, as it says or as its inputs make likely.
    func use(in lineage: Lineage) -> CustomStep.Labels {
        let hasFolds = inputs.values.contains { $0.step.map { lineage.plan.steps[$0].kind == .split } ?? false }
        switch labels {
        case .unused?: return .unused
        case .inSample?: return .inSample
        case .crossFitted?: return hasFolds ? .crossFitted : .inSample
        case nil:
            let reads = trainingInput(in: lineage) != nil || mention(in: lineage)?.isCertain ?? false
            return reads ? hasFolds ? .crossFitted : .inSample : .unused
        }
    }

    /// Where it names the training table that is none of its inputs.
    func mention(in lineage: Lineage) -> TableMention? {
        lineage.mentions[name].flatMap { trainingInput(in: lineage) == nil ? $0 : nil }
    }

    /// The name of the input by which it reads the training table, as data.train or as a file.
    func trainingInput(in lineage: Lineage) -> String? {
        inputs.filter { lineage.isTrainingTable($0.value) }.map(\.key).min()
    }

    /// Test predictions that it reads beside the out-of-fold predictions of the same model are what it makes its own test predictions
    /// of; alone, they can only be there to learn from.
    func isForTestAlone(_ source: Source, in lineage: Lineage) -> Bool {
        guard lineage.isOfTest(source), case .whole = lineage.sight(of: source), let index = source.step,
            outputs.contains("test")
        else { return false }
        let room = lineage.plan.steps[index].room
        return inputs.values.contains { other in
            guard case .rows = lineage.sight(of: other), let beside = other.step else { return false }
            return lineage.plan.steps[beside].room == room
        }
    }

    /// The test predictions that it takes beside the out-of-fold predictions of the same thing, without a word of its own on what it
    /// does with labels: it may as well learn from them.
    func testBeside(in lineage: Lineage) -> (input: String, of: String)? {
        guard labels == nil, outputs.contains(where: Self.isRowWise) else { return nil }
        for (name, source) in inputs.sorted(by: { $0.key < $1.key }) {
            guard let index = source.step, isForTestAlone(source, in: lineage) else { continue }
            return (String(name.dropFirst("in.".count)), lineage.plan.steps[index].room)
        }
        return nil
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

    init(_ asked: StepResources) {
        (cores, gpus, memory, gpuMemory, time) = (asked.cores, asked.gpus, asked.memory, asked.gpuMemory, asked.time)
    }
}
