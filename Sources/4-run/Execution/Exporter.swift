// A fine-tune's way out of the store, as a folder that plain transformers and peft load. Writes it whole or not at all.

package import Digests
package import Forecasts
internal import Host
package import Plans
internal import Schedules
internal import Storage
package import Workers

/// Exports what a fine-tune of a plan made. Knows which inputs the worker's `export` needs, not what it does with them.
package struct Exporter: Sendable {
    private let plan: Plan
    private let forecast: Forecast
    private let resolver: InputResolver
    private let machine: Machine
    private let environment: WorkerEnvironment

    package init(
        plan: Plan, forecast: Forecast, resolver: InputResolver, machine: Machine, environment: WorkerEnvironment
    ) {
        self.plan = plan
        self.forecast = forecast
        self.resolver = resolver
        self.machine = machine
        self.environment = environment
    }

    /// What an export is to be like. None of it is in a key: nothing of it goes back into the store.
    package struct Options: Sendable {
        /// Whether the folder also gets the backbone with the adapters merged in.
        package var merge: Bool
        /// What the folder calls the backbone; nil for its hub id and commit, or its absolute path.
        package var baseModel: String?
        /// What the classes are called, in order.
        package var labels: [String]

        package init(merge: Bool, baseModel: String?, labels: [String]) {
            self.merge = merge
            self.baseModel = baseModel
            self.labels = labels
        }
    }

    /// Removes what killed exports to this path left: folders with a draft's name and an owner's file that nobody holds.
    private func sweepDrafts(of path: String) {
        let files = Host.system.files
        let (folder, head) = (Paths.folder(of: path), Paths.name(path) + ".")
        for name in ((try? files.names(in: folder)) ?? nil) ?? []
        where name.hasPrefix(head) && name.hasSuffix(".part") && name.utf8.count == head.utf8.count + 16 + 5 {
            let draft = Paths.sibling(of: path, named: name)
            guard (try? files.status(of: draft, following: false))??.form == .folder,
                let owner = try? files.open("\(draft)/.owner", .readingItself),
                (try? owner.lock(shared: false)) == .held
            else { continue }
            try? files.remove(draft)
        }
    }

    /// Writes the folder `path`, which must not be there yet. Gives the worker's metrics: files, bytes, what merging cost.
    ///
    /// Errors: ``StepFailure`` with what to do; `CancellationError`; ``AblateError`` for objects that are damaged.
    package func export(
        _ index: Int, to path: String, _ options: Options, say: @escaping @Sendable (String) -> Void
    ) async throws -> JSON {
        let step = plan.steps[index]
        let record = try finished(index)
        guard try Host.system.files.status(of: path, following: false) == nil else {
            throw AblateError(
                .exists, "this is there already, and an export replaces nothing", path: path,
                advice: "name a new folder; nothing was written")
        }
        // Beside its place: the last step is a rename within one file system. What stops before it leaves no folder there.
        let files = Host.system.files
        sweepDrafts(of: path)
        let draft = "\(path).\(makeNonce()).part"
        _ = try files.makeFolder(draft)
        let owner = try files.open("\(draft)/.owner", .creating)
        _ = try owner.lock(shared: false)
        defer { try? files.remove(draft) }
        for name in ["inputs", "outputs", "scratch"] { _ = try files.makeFolder("\(draft)/\(name)") }
        let specification = WorkerSpecification(
            address: step.address, kind: ExportTask.name, key: Digest(of: step.address),
            parameters: ExportTask(
                step, tokens: tokenizing(step), prediction: predicting(with: index), merging: options.merge,
                labels: options.labels,
                base: try base(step, options)
            ).encoded,
            inputs: try inputs(step, record, in: "\(draft)/inputs"), outputs: "\(draft)/outputs",
            scratch: "\(draft)/scratch", log: "\(draft)/log.txt", threads: machine.threads)
        let pool = WorkerPool(environment: environment, logs: "\(draft)/scratch", say: say)
        let devices = Devices(of: machine, variables: environment.variables)
        let result: WorkerResult
        do {
            result = try await devices.lend(Resources(cores: machine.threads, gpus: min(1, machine.gpus))) { gpus in
                let worker = try await pool.take(gpus: gpus, threads: machine.threads)
                defer { worker.retire() }
                return try await worker.run(specification) { _ in }
            }
        } catch let failure as StepFailure where failure.class == .cancelled {
            throw CancellationError()
        }
        try files.move("\(draft)/outputs/export", to: path)
        return result.metrics
    }

    /// The record of a fine-tune that has run as the recipe has it now.
    private func finished(_ index: Int) throws -> Record {
        let step = plan.steps[index]
        guard step.kind == .finetune else {
            let near = plan.steps.first {
                $0.kind == .finetune && $0.address.hasPrefix(step.address.prefix { $0 != "/" } + "/")
            }
            let any = near ?? plan.steps.first { $0.kind == .finetune }
            let hint =
                any.map { "name a fine-tune, such as \($0.address)" } ?? "this recipe has no model that is fine-tuned"
            throw Self.refusal(
                "\(step.address) is of the kind \(step.kind.rawValue), and makes no model to export; \(hint)")
        }
        let entry = forecast.entries[index]
        guard let record = entry.record else {
            throw Self.refusal(
                "\(step.address) has not run with the recipe as it is (\(entry.reason)); "
                    + "`ablate run RECIPE \(step.address)` runs it")
        }
        return record
    }

    /// What the backbone is called, for whoever loads the folder: a repository with the commit that was used, or a path.
    private func base(_ step: Step, _ options: Options) throws -> (name: String, revision: String?)? {
        guard let source = step.inputs["backbone"] else { return nil }
        if let given = options.baseModel {
            let parts = given.split(separator: "@", maxSplits: 1).map(String.init)
            return parts.count == 2 && !given.hasPrefix("/") && !given.hasPrefix(".")
                ? (parts[0], parts[1]) : (given, nil)
        }
        let path = try resolve(source).path
        guard case .hub(let repository, _, _) = source else { return path.map { (Self.real($0), nil) } }
        return (repository, path.flatMap { $0.split(separator: "/").last.map(String.init) })
    }

    /// The step that made the tokens.
    private func tokenizing(_ step: Step) -> Step? {
        if case .output(let index, _)? = step.inputs["tokens"] { plan.steps[index] } else { nil }
    }

    /// A step that predicts with a fine-tune.
    private func predicting(with index: Int) -> Step? {
        plan.steps.first { $0.kind == .predict && $0.inputs["model"] == .output(step: index, name: "model") }
    }

    private func inputs(
        _ step: Step, _ record: Record, in folder: String
    ) throws -> [String: (path: String, name: String)] {
        var found: [String: (path: String, name: String)] = [:]
        func put(_ name: String, _ input: ResolvedInput) throws {
            guard let output = input.output else {
                found[name] = (input.path!, input.name)
                return
            }
            try resolver.store.materialise(output, at: "\(folder)/\(name)")
            found[name] = ("\(folder)/\(name)", input.name)
        }
        guard let model = record.outputs["model"] else {
            throw Self.refusal("the record of \(step.address) has no model; `ablate store verify` looks into it")
        }
        try resolver.store.materialise(model, at: "\(folder)/model")
        found["model"] = ("\(folder)/model", "the model of \(step.address)")
        for name in ["tokens", "backbone"] {
            if let source = step.inputs[name] { try put(name, resolve(source)) }
        }
        if case .output(let index, _)? = step.inputs["tokens"] {
            let own = Source.output(step: index, name: "tokenizer")
            try put("tokenizer", resolve(plan.steps[index].inputs["tokenizer"] ?? own))
        }
        return found
    }

    private func resolve(_ source: Source) throws -> ResolvedInput {
        do {
            return try resolver.resolve(source, steps: plan.steps) { forecast.entries[$0].record }
        } catch let missing as MissingInput {
            throw StepFailure(class: .missingInput, message: missing.description)
        }
    }

    // MARK: - Files

    /// The path without links and dots: whoever loads the folder later stands elsewhere.
    private static func real(_ path: String) -> String { Host.system.files.absolute(path) }

    private static func refusal(_ message: String) -> StepFailure {
        StepFailure(class: .refused, message: message)
    }
}
