// `ablate show --predictions`: a result's predictions leave the store as a table by id.

internal import ArgumentParser
internal import Deliveries
internal import Digests
internal import Execution
internal import Forecasts
internal import Formats
internal import Host
internal import Plans
internal import Recipes
internal import Storage

struct PredictionsOptions: ParsableArguments {
    @Option(
        name: .customLong("predictions"),
        help: ArgumentHelp(
            "Write a result's out-of-fold predictions to a table by id, .csv or .parquet; name a model or a stack entry.",
            valueName: "file"), completion: .file(extensions: ["csv", "parquet"]))
    var file: String?

    @Flag(help: "With --predictions: those for the test rows.") var test = false

    @Flag(help: "With --predictions: replace a file that ablate did not write, or that was changed since.")
    var overwrite = false

    func validate() throws {
        guard let file else {
            if test || overwrite {
                throw ValidationError(
                    "--test and --overwrite say which predictions go where; name a file with --predictions")
            }
            return
        }
        guard Self.isParquet(file) || file.hasSuffix(".csv") else {
            throw ValidationError("cannot tell the form of \(file); end its name in .csv or .parquet")
        }
    }

    private static func isParquet(_ path: String) -> Bool { path.hasSuffix(".parquet") }

    /// Writes the predictions of the result with this name. Errors: ``AblateError``, ``StepFailure``.
    func write(_ workspace: Workspace, _ name: String, to file: String, json: Bool) async throws {
        let plan = workspace.plan
        guard let result = plan.results.first(where: { $0.name == name }) else {
            let names = plan.results.map(\.name).joined(separator: ", ")
            throw AblateError(.missing, "there is no result \"\(name)\"", advice: "take one of: \(names)")
        }
        guard let step = test ? result.test : result.outOfFold else {
            throw AblateError(
                .missing, "\(name) has no \(test ? "predictions for test rows" : "out-of-fold predictions")",
                advice: !test
                    ? "name a model or a stack entry that has them"
                    : workspace.loaded.recipe.data.test == nil
                        ? "name a test table with data.test"
                        : "an ablation's variants predict no test rows: make a model of it (`like: ...`) that does")
        }
        let delivery = workspace.project.delivery(workspace.store, overwrites: overwrite)
        let target = try delivery.require(Files.absolute(file), remedy: "name another file")
        let table = try self.table(of: step, in: workspace)
        var content = table.csv
        if Self.isParquet(file) {
            let environment = try workspace.readingEnvironment { Console.note($0) }
            content = try await TableConverter(environment: environment).parquet(
                of: content, numbers: table.numbers, original: nil, called: file, say: { Console.note($0) })
        }
        try delivery.write(target, content)
        let what = test ? "test" : "out-of-fold"
        guard json else {
            return Console.out("\(Files.absolute(file)): \(what) predictions of \(name), \(table.rowCount) rows")
        }
        Console.out(document: [
            "result": .string(name), "of": .string(test ? "test" : "train"), "rows": .integer(table.rowCount),
            "columns": .array(table.header.map { .string($0) }), "path": .string(Files.absolute(file)),
        ])
    }

    private func table(of step: Int, in workspace: Workspace) throws -> PredictionsTable {
        let (plan, data) = (workspace.plan, workspace.loaded.recipe.data)
        let forecast = try workspace.forecast()
        /// What a step of the plan gave, as the type that proves it.
        func output<Value>(
            _ names: String..., of step: Int, _ read: ([UInt8], String) throws -> Value
        ) throws -> Value {
            let address = plan.steps[step].address
            guard let record = forecast.entries[step].record,
                let (name, found) = names.lazy.compactMap({ name in record.outputs[name].map { (name, $0) } }).first
            else {
                throw AblateError(
                    .missing, "\(address) has not run, or not with the recipe as it is now",
                    advice: "`ablate run` makes what is missing")
            }
            return try read(workspace.store.content(of: found, from: address, limit: 1 << 32), "\(name) of \(address)")
        }
        func index(_ address: String) throws -> Int {
            guard let found = plan.index(of: address) else {
                throw AblateError(.missing, "the plan has no step \(address)")
            }
            return found
        }
        let rows = try output("rows", of: index("data/\(test ? "test" : "train")/ingest"), Rows.init(reading:name:))
        let folds = test ? nil : try output("folds", of: index("folds/split"), Folds.init(reading:name:))
        // A learner and a program of the user's give both, by names of their own.
        let own = test ? "test" : plan.steps[step].kind == .stack ? "oof" : "out-of-fold"
        let predictions = try output("predictions", own, of: step) { bytes, name in
            try Predictions(reading: bytes, name: name, target: data.target).covering(rows.ids.count, name)
        }
        return PredictionsTable(
            rows, folds: try folds?.covering(rows.ids.count, "folds"), predictions: predictions, labels: data.outputs,
            id: data.columns.id ?? "id", label: data.columns.label)
    }
}
