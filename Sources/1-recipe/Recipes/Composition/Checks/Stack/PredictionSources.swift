// What each name of a recipe can be used for: which have out-of-fold predictions, which are optimized. Knows no single entry.

internal import Diagnostics
internal import Nodes

struct PredictionSources {
    /// The entries that are optimizations, or averages with one in them.
    let optimized: Set<String>
    /// The names that have no out-of-fold predictions.
    let withoutOutOfFold: Set<String>
    /// The names whose out-of-fold predictions are of some folds alone, and these folds.
    let covered: [String: [Int]]
    /// The names that have no predictions of the test because of a model, and that model.
    let silent: [String: String]
    /// What each custom step makes.
    let outputs: [String: [String]]

    init(_ recipe: Recipe) {
        // In the order of the file: what an entry is made of stands above it, and what does not is a finding of its own.
        var optimized: Set<String> = []
        var without = Set(recipe.models.filter { !$0.value.isOutOfFold }.map(\.name))
        without.formUnion(recipe.steps.filter { !$0.value.outputs.contains("out-of-fold") }.map(\.name))
        var covered: [String: [Int]] = [:]
        for entry in recipe.models { covered[entry.name] = entry.value.fit.folds }
        var silent = Dictionary(
            recipe.models.filter { !$0.value.section.predictsTest }.map { ($0.name, $0.name) },
            uniquingKeysWith: { first, _ in first })
        for entry in recipe.stack {
            let members = entry.value.average?.members ?? []
            let tested = entry.value.optimization.map { [$0.target] } ?? entry.value.members
            if let model = tested.lazy.compactMap({ silent[$0] }).first { silent[entry.name] = model }
            if entry.value.optimization != nil || members.contains(where: optimized.contains) {
                optimized.insert(entry.name)
            }
            if members.contains(where: without.contains) { without.insert(entry.name) }
            if let average = entry.value.average { covered[entry.name] = Self.folds(of: average, covered) }
        }
        self.optimized = optimized
        self.silent = silent
        withoutOutOfFold = without
        self.covered = covered
        outputs = Dictionary(recipe.steps.map { ($0.name, $0.value.outputs) }, uniquingKeysWith: { first, _ in first })
    }

    /// What a plain average of predictions that are all of the same folds is of; nil where it is of all, or none can be made.
    private static func folds(of average: Average, _ covered: [String: [Int]]) -> [Int]? {
        let folds = Set(average.members.map { covered[$0] })
        return folds.count == 1 ? folds.first ?? nil : nil
    }

    /// Reports that something needs predictions of the test where a model makes none.
    func reportSilent(_ name: String, _ what: String, at span: Span, models: [Named<Model>], _ reading: inout Reading) {
        guard let culprit = silent[name], let model = models.first(where: { $0.name == culprit })?.value else { return }
        reading.report(
            Finding(
                .missingKey, "\(what) needs predictions of the test, and \"\(culprit)\" makes none", at: span,
                help: model.program == nil
                    ? "name the file of its test predictions: predictions: {test: FILE}"
                    : "let its program read {in.test} and write {out.test}"))
    }

    /// Reports that a custom step is used where it makes no such predictions.
    ///
    /// - Parameter outputs: what it makes instead.
    static func reportMissing(_ output: String, at place: Node, outputs: [String], _ reading: inout Reading) {
        Dangling.report(
            output, noun: "output of the step \(place.scalar?.text ?? ""),", among: outputs, at: place.span, &reading)
    }
}
