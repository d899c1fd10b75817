// `predictions`: predictions that were made elsewhere, by their rows and labels, proven; and how the model that brings them plans them.

internal import Digests
internal import Nodes
package import Recipes
internal import Targets

package struct PredictionsStep: TypedStep {
    package static let kind = StepKind(
        "predictions", demand: .process, outputs: ["predictions"],
        "Takes predictions made elsewhere: each row once, by its id, and each label's column.")

    package struct Outputs: Sendable { package let predictions: Artifact<Content.Predictions> }

    let path: String
    /// The columns of ids and of labels, as the recipe's tables have them.
    let id: String
    let label: String
    let labels: [String]
    let target: Target.Kind
    /// What they have seen of the labels; nil where nobody says, which is any of them.
    let seen: CustomStep.Labels?
    let file: Artifact<Content.UserFile>
    let rows: Artifact<Content.Rows>
    /// The folds here and those they were made with; of the training table alone.
    let folds: Artifact<Content.Folds>?
    let foldsThere: Artifact<Content.UserFile>?

    package static let parameters: [Parameter<Self>] = [
        Parameter(
            "format", schema: ValueShape<PredictionFiles.Format>.choice.schema, required: false,
            "The form of the file; without it, the first bytes tell which table it is."
        ) { PredictionFiles.format(of: $0.path).map { .string($0.rawValue) } },
        Parameter("id", \.id, .text(), "The column of the ids."),
        Parameter(
            "label", \.label, .text(), "The column of the labels, which may begin the names of the labels' columns."),
        Parameter(
            "labels", \.labels, .list(of: .text()),
            "The labels, in the order of their numbers; or the columns of what is predicted."),
        Parameter("target", \.target, .choice, asBefore: .classes, "What is predicted."),
    ]

    package static let inputs: [Input<Self>] = [
        Input("file", \.file, "The predictions, by id."),
        Input("rows", \.rows, "The ids that must be there."),
        Input("folds", optional: \.foldsHere, "Where they and `folds-there` must be one partition."),
        Input(
            "folds-there", optional: \.foldsThere, "A table of ids and `fold`: those the predictions were made with."),
    ]

    private var foldsHere: Artifact<Content.Folds>? { foldsThere == nil ? nil : folds }

    package static func outputs(of step: Int) -> Outputs { Outputs(predictions: Artifact(step, "predictions")) }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        let all = FoldSet(all: lineage.foldCount)
        guard lineage.isOfTrainingTable(rows.source) else {
            var seen = Seen()
            if self.seen != .unused { seen.direct.formUnion(all) }
            return ["predictions": .whole(seen)]
        }
        var rows = [Seen](repeating: Seen(), count: lineage.foldCount)
        for fold in rows.indices {
            switch seen {
            case .unused?: break
            case .crossFitted?: rows[fold].direct.formUnion(FoldSet(all: lineage.foldCount, without: fold))
            case .inSample?, nil: rows[fold].direct.formUnion(all)
            }
        }
        return ["predictions": .rows(rows)]
    }

    package func leak(of name: String) -> (reason: String, help: String) {
        guard seen == nil else {
            return (
                "\"\(name)\" says that its predictions have seen the labels of their rows",
                "bring predictions made fold by fold with the recipe's folds, and write `labels: cross-fitted`"
            )
        }
        return (
            "nothing says what the predictions of \"\(name)\" have seen of the labels",
            "write `labels: cross-fitted` if those of each row come from a model that never saw the labels of its fold, with the recipe's folds (name the file of their `folds` to have that checked); `labels: unused` if no label was used"
        )
    }
}

extension PredictionsModel: Planned {
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions {
        var result = Predictions(outOfFold: step(files.oof, .train, at: place, in: &compiler))
        if withTest, compiler.recipe.data.test != nil, let test = files.test {
            result.test = step(test, .test, at: place, in: &compiler)
        }
        return result
    }

    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? { nil }

    private func step(
        _ path: String, _ role: IngestStep.Role, at place: Place, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions> {
        let (data, tree) = (compiler.recipe.data, place.tree?["predictions"])
        let isTrain = role == .train
        return compiler.builder.add(
            PredictionsStep(
                path: path, id: data.columns.id ?? "id", label: data.columns.label, labels: data.outputs,
                target: data.target.kind,
                seen: files.labels, file: compiler.file(path), rows: compiler.rows(of: role),
                folds: isTrain ? compiler.folds() : nil,
                foldsThere: isTrain ? files.folds.map(compiler.file) : nil),
            at: "\(place.address)/\(isTrain ? "oof" : "test")",
            origins: ["format": tree?[isTrain ? "oof" : "test"], "labels": compiler.loaded.tree["data"]?["labels"]]
        ).predictions
    }
}
