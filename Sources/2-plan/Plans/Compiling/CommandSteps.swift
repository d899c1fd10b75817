// Custom steps: the user's own programs.

internal import Digests
internal import Nodes
internal import Recipes

extension Compiler {
    /// The step of a custom program, planned where it is first asked for. Its script files are inputs by content.
    mutating func custom(_ step: CustomStep, named name: String) -> Predictions {
        let tree = nodes.steps[name]
        var inputs: [String: Source] = [:]
        for script in loaded.scripts[name] ?? [] {
            inputs["script:\(script)"] = .file(path: loaded.absolute(script), name: script)
        }
        for input in step.inputs {
            guard let reference = CustomInput(input.value, steps: names.steps) else { continue }
            inputs["in.\(input.name)"] = source(reference)
        }
        // Also where the program never reads the table: it is scored on it.
        let table = step.outputs.contains("out-of-fold") ? ingest(train: true) : nil
        let index = builder.step(
            "\(room(name))/command", .command,
            [
                "command": .array(step.command.map { .string($0) }),
                "outputs": .array(step.outputs.map { .string($0) }), "classes": classes,
            ], inputs: inputs, origins: ["command": tree?["command"], "outputs": tree?["outputs"]],
            resources: CommandResources(
                cores: step.resources.cores, gpus: step.resources.gpus, memory: step.resources.memory,
                gpuMemory: step.resources.gpuMemory, time: step.resources.time),
            labels: step.labels.map { LabelUse($0) }, table: table)
        commands[Made(round: round, name: name)] = index
        func output(_ name: String) -> Source? {
            step.outputs.contains(name) ? .output(step: index, name: name) : nil
        }
        return Predictions(outOfFold: output("out-of-fold"), test: output("test"))
    }

    private mutating func source(_ input: CustomInput) -> Source? {
        switch input {
        case .file(let path): return .file(path: loaded.absolute(path), name: path)
        case .table(let train):
            let path = train ? recipe.data.train : recipe.data.test ?? ""
            return .file(path: loaded.absolute(path), name: path)
        case .folds: return folds()
        case .predictions(let name, let outOfFold):
            let predictions = predictions(named: name)
            return outOfFold ? predictions.outOfFold : predictions.test
        case .output(let owner, let name):
            _ = predictions(named: owner)
            return commands[Made(round: round, name: owner)].map { .output(step: $0, name: name) }
        }
    }
}

extension LabelUse {
    fileprivate init(_ use: CustomStep.Labels) {
        self =
            switch use {
            case .unused: .unused
            case .crossFitted: .crossFitted
            case .inSample: .inSample
            }
    }
}
