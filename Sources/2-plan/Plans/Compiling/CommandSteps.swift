// Custom steps: the user's own programs.

internal import Nodes
internal import Recipes

extension Compiler {
    /// The step of a custom program, planned where it is first asked for. Its script files are inputs by content.
    mutating func custom(_ step: CustomStep, named name: String) -> Predictions {
        let tree = nodes.steps[name]
        var inputs: [String: Source] = [:]
        for (name, script) in scripts(of: name) { inputs["script:\(name)"] = file(script).source }
        for input in step.inputs {
            guard let reference = CustomInput(input.value, steps: names.steps) else { continue }
            inputs["in.\(input.name)"] = source(reference)
        }
        // Also where the program never reads the table: its predictions are taken for that table's.
        var tables: [String: Artifact<Content.Rows>] = [:]
        if step.outputs.contains("out-of-fold") { tables["out-of-fold"] = rows(of: .train) }
        if step.outputs.contains("test"), recipe.data.test != nil { tables["test"] = rows(of: .test) }
        let made = builder.add(
            CommandStep(
                name: name, command: step.command, outputs: step.outputs, target: target, inputs: inputs,
                resources: CommandResources(step.resources), labels: step.labels, tables: tables),
            at: "\(room(name))/command", origins: ["command": tree?["command"], "outputs": tree?["outputs"]])
        commands[Made(round: round, name: name)] = made
        func output(_ name: String) -> Artifact<Content.Predictions>? {
            step.outputs.contains(name) ? made.artifact(name) : nil
        }
        return Predictions(outOfFold: output("out-of-fold"), test: output("test"))
    }

    /// The files that the command of an entry names, each by a name of its own. That is the file's, unless another one's differs from
    /// it in Unicode normalization alone: no other file has a name below a file.
    func scripts(of entry: String) -> [(name: String, path: String)] {
        var taken: Set<String> = []
        return (loaded.scripts[entry] ?? []).map { path in
            var (name, number) = (path, 2)
            while !taken.insert(name).inserted { (name, number) = ("\(path)/\(number)", number + 1) }
            return (name, path)
        }
    }

    private mutating func source(_ input: CustomInput) -> Source? {
        switch input {
        case .file(let path): return file(path).source
        case .table(let train): return file(train ? recipe.data.train : recipe.data.test ?? "").source
        case .folds: return folds().source
        case .predictions(let name, let outOfFold):
            let predictions = predictions(named: name)
            return (outOfFold ? predictions.outOfFold : predictions.test)?.source
        case .output(let owner, let name):
            _ = predictions(named: owner)
            return commands[Made(round: round, name: owner)].map { .output(step: $0.step, name: name) }
        }
    }
}
