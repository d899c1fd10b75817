// A project on a machine in memory: tables, recipes, a store, and runs of which a test says what they made. No disk, no clock that
// goes by itself, no process.

internal import Diagnostics
package import Digests
package import Forecasts
package import Host
package import Plans
internal import Recipes
package import Storage

package final class MemoryProject {
    package let clock = ManualClock()
    package let host: Host
    package let store: Store
    package let resolver: InputResolver
    /// The keys of the last run, by address.
    package private(set) var lastKeys: [String: Digest] = [:]

    package init() throws {
        host = .memory(clock: clock, variables: ["USER": "someone"])
        try host.files.makeFolder("/project")
        store = try Store(at: "/project/.ablate", host: host)
        resolver = InputResolver(store: store, hub: HubCache(root: "/hub", files: host.files))
        try write("train.csv", "text,who\nred,a\nblue,b\n")
        try write("test.csv", "text\ngreen\n")
    }

    /// Writes a file in the place of what is there. Paths are from the project's folder.
    package func write(_ path: String, _ text: String) throws {
        let path = path.hasPrefix("/") ? path : "/project/\(path)"
        clock.advance(seconds: 10)
        try host.files.makeFolder(String(path[..<path.lastIndex(of: "/")!]))
        try host.files.remove(path)
        try host.files.open(path, .creating).append(Array(text.utf8))
    }

    /// A recipe over the two tables, with these sections added or in the place of what is there.
    package static func recipe(
        models: String = "{words: {tfidf: {ngrams: [1, 1]}}}", _ more: String = "",
        folds: String = "{kind: k-fold, count: 2}"
    ) -> String {
        """
        recipe: mine
        data: {train: train.csv, test: test.csv, columns: {answer: text, label: who}, labels: [a, b]}
        folds: \(folds)
        models: \(models)
        \(more)
        """
    }

    package func plan(_ recipe: String = MemoryProject.recipe()) throws -> Plan {
        let files = host.files
        let loaded = try RecipeLoader(file: SourceFile(name: "recipe.yaml", text: recipe), folder: "/project") {
            files.exists($0)
        }.load()
        return Plan(compiling: loaded)
    }

    /// The place of a step in a plan. Errors: the address of a step that is not there.
    package static func index(of address: String, in plan: Plan) throws -> Int {
        struct NoSuchStep: Error { let address: String }
        guard let index = plan.index(of: address) else { throw NoSuchStep(address: address) }
        return index
    }

    package func forecast(_ plan: Plan, isCurrent: (Record) -> Bool = { _ in true }) throws -> Forecast {
        try Forecast(of: plan, resolver: resolver, lastKeys: lastKeys, isCurrent: isCurrent)
    }

    /// What a run of the plan would do: reuses what is there, makes the rest, and is the last run then.
    ///
    /// - Parameter content: what an output of a step holds; nil for something that no other key makes.
    /// - Returns: the addresses of the steps that ran.
    @discardableResult
    package func run(_ plan: Plan, content: (_ address: String, _ output: String) -> String? = { _, _ in nil }) throws
        -> [String]
    {
        var (known, ran): ([Int: Record], [String]) = ([:], [])
        lastKeys = [:]
        for (index, step) in plan.steps.enumerated() {
            let manifest = try manifest(of: step, in: plan, known)
            if let record = try store.record(for: manifest.key) {
                known[index] = record
            } else {
                ran.append(step.address)
                known[index] = try publish(manifest, of: step) { content(step.address, $0) }
            }
            lastKeys[step.address] = manifest.key
        }
        return ran
    }

    /// The manifest of a step whose inputs are there.
    package func manifest(of step: Step, in plan: Plan, _ known: [Int: Record]) throws -> Manifest {
        var inputs: [String: Digest] = [:]
        for (name, source) in step.inputs {
            inputs[name] = try resolver.resolve(source, steps: plan.steps) { known[$0] }.digest
        }
        return Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs)
    }

    /// Publishes a record of a step under any manifest of its kind.
    @discardableResult
    package func publish(
        _ manifest: Manifest, of step: Step, outputs: [String]? = nil, metrics: JSON = .null, environment: JSON = .null,
        content: (String) -> String? = { _ in nil }
    ) throws -> Record {
        clock.advance(seconds: 1)
        let started = Double(clock.now) / 1e9
        let attempt = try store.beginAttempt(key: manifest.key)
        let outputs = outputs ?? (step.body as? CommandStep)?.outputs ?? step.kind.outputs
        for name in outputs {
            let text = content(name) ?? "\(name) of \(manifest.key)"
            try host.files.open("\(attempt.outputs)/\(name)", .creating).append(Array(text.utf8))
        }
        clock.advance(seconds: 2)
        return try store.publish(
            attempt,
            Record.Draft(
                outline: manifest.outline, manifest: manifest.json, address: step.address, kind: step.kind.rawValue,
                outputs: outputs, started: started, seconds: 2, metrics: metrics, environment: environment))
    }
}
