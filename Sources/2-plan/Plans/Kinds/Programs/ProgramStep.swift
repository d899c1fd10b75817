// `program`: the user's own trainer on the rows of all folds but one; its predictions count when they are proven.

internal import Digests
internal import Nodes
internal import Recipes

package struct ProgramStep: RunsProgram {
    package static let kind = StepKind(
        "program", demand: .command,
        outputs: [OutputDescription(Program.outOfFold), .sometimes(Program.test, "where it predicts the test table")],
        "Runs a trainer of the user's for a fold and a seed, and takes its predictions by id.")

    package struct Outputs: Sendable {
        package let outOfFold: Artifact<Content.Predictions>
        /// There where the program predicts the test.
        package let test: Artifact<Content.Predictions>
    }

    /// What it does with labels that it is not handed.
    enum Sees {
        case nothing
        case onlyWhatItIsHanded
        /// Any: by its own word, or because it names the training table.
        case everything(because: String)
    }

    let program: Program
    let fold: Int
    let seed: Int?
    /// What its tables are called, by their names in `{in.NAME}`.
    let files: [String: String]
    let tables: [String: Artifact<Content.Table>]
    /// The ids of the fold's rows, and of the test's.
    let rows: Artifact<Content.Rows>
    let testRows: Artifact<Content.Rows>?
    let scripts: [String: Artifact<Content.UserFile>]
    /// What proves what it wrote: the kind `predictions`, whose parameters are its own, too. A new version of that kind asks for one here.
    let proof: PredictionsStep
    let sees: Sees
    /// Where its command, or a file that it reads, may name the training table.
    let mention: TableMention?

    package static let parameters: [Parameter<Self>] =
        [
            Parameter(
                "command", \.command, .list(of: .text(), unique: false),
                "The program and its arguments, with places to fill."),
            Parameter("settings", schema: ["type": "object"], "What the settings in the command stand for.") { step in
                .object(Dictionary(step.program.settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
            },
            Parameter("fold", \.fold, .integer(0...99), "The fold whose rows it predicts."),
            Parameter("seed", nullable: \.seed, .seed, "The seed that it is told; null where it is told none."),
        ] + Parameter.of(\.proof, PredictionsStep.parameters)

    package var command: [String] { program.command }
    package var outputs: [String] { program.outputs }
    package var resources: CommandResources? { CommandResources(program.resources) }

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "The ids of the fold's rows."),
        Input("test-rows", optional: \.testRows, "The ids of the test table's rows."),
        Input(each: "in.", \.tables, of: "name", "The tables that it is handed."),
        Input(each: "script:", \.scripts, of: "path", "A file that the command names."),
    ]

    package static func outputs(of step: Int) -> Outputs {
        Outputs(outOfFold: Artifact(step, Program.outOfFold), test: Artifact(step, Program.test))
    }

    package func places(inputs: [String: String], outputs: String) -> [String: String] {
        var places = written(to: outputs)
        for (name, file) in files { places["in.\(name)"] = inputs["in.\(name)"].map { "\($0)/\(file)" } }
        for setting in program.settings { places["settings.\(setting.name)"] = Program.text(setting.value) }
        places["fold"] = String(fold)
        places["seed"] = seed.map(String.init)
        return places
    }

    package var proofs: [OutputProof] {
        [(Program.outOfFold, "rows"), (Program.test, "test-rows")].filter { outputs.contains($0.0) }.map { name, rows in
            let parameters = proof.encoded
            return OutputProof(
                output: name,
                step: Step(
                    address: "{out.\(name)}", body: proof, kind: PredictionsStep.kind, parameters: parameters,
                    inputs: [:], origins: [:],
                    outline: Manifest.outline(
                        kind: PredictionsStep.kind.rawValue, version: PredictionsStep.kind.version,
                        parameters: parameters)),
                file: "file", proven: "predictions", inputs: ["rows": rows])
        }
    }

    /// It has seen what its tables have: the labels of the other folds.
    package func sights(in lineage: Lineage) -> [String: Sight] {
        var seen = Seen()
        switch sees {
        case .nothing: break
        case .everything: seen.direct.formUnion(FoldSet(all: lineage.foldCount))
        case .onlyWhatItIsHanded:
            for table in tables.values {
                if case .whole(let own) = lineage.sight(of: table.source) { seen.formUnion(own) }
            }
        }
        var rows = [Seen](repeating: Seen(), count: lineage.foldCount)
        rows[fold] = seen
        return Dictionary(
            outputs.map { ($0, $0 == Program.outOfFold ? .rows(rows) : .whole(seen)) }, uniquingKeysWith: { $1 })
    }

    package func leak(of name: String) -> (reason: String, help: String) {
        guard case .everything(let because) = sees else { return ("\"\(name)\" has seen every label", "") }
        return (
            "\"\(name)\" \(because)",
            "let its program read {in.train} and {in.valid} alone; if it does nothing with the labels of the rows that it predicts, write `labels: cross-fitted`"
        )
    }
}
