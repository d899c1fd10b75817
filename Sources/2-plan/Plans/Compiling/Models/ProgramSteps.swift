// The steps of the model kind `program`: the tables of each fold, a run for each seed and fold, and their averages.

internal import Nodes
internal import Recipes
internal import Targets

extension ProgramModel: Planned {
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions {
        var result = Predictions()
        var test: [String: Artifact<Content.Predictions>] = [:]
        let own = ProgramPart(model: self, place: place, in: compiler)
        for seed in effectiveSeeds {
            for fold in 0..<compiler.recipe.folds.count {
                let made = own.run(seed: seed, fold: fold, in: &compiler)
                if let step = made.outOfFold.step { result.fits.append(step) }
                let member = FittedMember.name(seed, fold)
                result.members[member] = made.outOfFold
                test[member] = made.test
            }
        }
        result.outOfFold = compiler.average(
            result.members, cover: effectiveSeeds.count, isPartial: compiler.recipe.mayLeaveRowsOut,
            at: "\(place.address)/average-oof")
        if withTest, predictsTest {
            result.test = compiler.average(test, cover: test.count, at: "\(place.address)/average-test")
        }
        return result
    }

    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? {
        guard predictsTest else { return nil }
        let own = ProgramPart(model: self, place: place, in: compiler)
        var members: [String: Artifact<Content.Predictions>] = [:]
        for seed in effectiveSeeds {
            members[FittedMember.name(seed, fold)] = own.run(seed: seed, fold: fold, in: &compiler).test
        }
        return compiler.average(members, cover: members.count, at: "\(place.address)/fold-\(fold)/average-test")
    }
}

/// A program as its steps need it, worked out once for all its seeds and folds.
private struct ProgramPart {
    let model: ProgramModel
    let place: Place
    /// What the command names whatever it is run for; nil where that hangs on seed and fold.
    let scripts: [String: Artifact<Content.UserFile>]?
    let sees: ProgramStep.Sees
    let mention: TableMention?

    init(model: ProgramModel, place: Place, in compiler: Compiler) {
        (self.model, self.place) = (model, place)
        let name = Step.room(of: place.address)
        let loaded = compiler.loaded
        let files = loaded.scripts[name] ?? []
        let first = Program.run(of: name, seed: model.effectiveSeeds.first ?? nil, fold: 0)
        scripts = loaded.scripts[first] == nil ? Self.scripts(of: name, in: compiler) : nil
        let table = files.first { loaded.isTrainingTable($0) }
        let found = loaded.mentions[name]
        mention = model.program.labels == nil && table == nil ? found : nil
        sees =
            switch model.program.labels {
            case .unused?: .nothing
            case .crossFitted?: .onlyWhatItIsHanded
            case .inSample?: .everything(because: "says that it sees the labels of the rows it predicts")
            case nil:
                if let table {
                    .everything(because: "reads the training table with all its labels (\(table))")
                } else if let found, found.isCertain {
                    .everything(because: "reads the training table with all its labels (\(found.words))")
                } else {
                    .onlyWhatItIsHanded
                }
            }
    }

    private static func scripts(of entry: String, in compiler: Compiler) -> [String: Artifact<Content.UserFile>] {
        Dictionary(
            compiler.scripts(of: entry).map { ($0.name, compiler.file($0.path)) }, uniquingKeysWith: { $1 })
    }

    /// The step of a seed and fold.
    func run(seed: Int?, fold: Int, in compiler: inout Compiler) -> ProgramStep.Outputs {
        let (data, program, tree) = (compiler.recipe.data, model.program, place.tree?["program"])
        let part = compiler.part(fold)
        let test = program.places.contains(.input("test")) ? compiler.part(nil) : nil
        let all = ["train": part.train, "valid": part.predicted, "folds": part.folds, "test": test?.predicted]
        let tables = all.compactMapValues { $0 }.filter { program.places.contains(.input($0.key)) }
        let files = tables.keys.map { name in
            let form =
                name == "folds" ? "csv" : PartStep.format(name == "test" ? data.test ?? "" : data.train)
            return (name, "\(name).\(form)")
        }
        let proof = PredictionsStep(
            path: "", id: data.columns.id ?? "id", label: data.columns.label, labels: data.outputs,
            target: data.target.kind, seen: nil,
            file: compiler.file(""), rows: part.rows, folds: nil, foldsThere: nil)
        let entry = Program.run(of: Step.room(of: place.address), seed: seed, fold: fold)
        let scripts = scripts ?? Self.scripts(of: entry, in: compiler)
        return compiler.builder.add(
            ProgramStep(
                program: program, fold: fold, seed: seed, files: Dictionary(uniqueKeysWithValues: files),
                tables: tables,
                rows: part.rows, testRows: model.predictsTest ? compiler.rows(of: .test) : nil, scripts: scripts,
                proof: proof, sees: sees, mention: mention),
            at: "\(place.address)/\(FittedMember.name(seed, fold))/program",
            origins: [
                "command": tree?["command"], "settings": tree?["settings"] ?? tree,
                "seed": place.tree?["seeds"] ?? place.tree, "labels": compiler.loaded.tree["data"]?["labels"],
            ])
    }
}

extension Compiler {
    /// The tables that programs are handed for a fold, or of the test.
    mutating func part(_ fold: Int?) -> PartStep.Outputs {
        if let done = parts[fold] { return done }
        let (data, tree) = (recipe.data, loaded.tree["data"])
        let role = fold == nil ? IngestStep.Role.test : .train
        let (own, other) = fold == nil ? (data.test ?? "", Optional(data.train)) : (data.train, data.test)
        let made = builder.add(
            PartStep(
                data: data, fold: fold, rowsOfTable: rows(of: role), allFolds: fold == nil ? nil : folds(),
                table: file(own), other: other.map(file)),
            at: fold.map { "folds/fold-\($0)/part" } ?? "data/test/part",
            origins: [
                "format": tree?[role.rawValue], "id": tree?["columns"], "secret": tree?["columns"],
                "kept": tree?["columns"],
            ])
        parts[fold] = made
        return made
    }
}
