// What entries of the stack are made of: weights of averages, and what counted for learners. Reads what their steps report.

internal import Digests
internal import Forecasts
internal import Plans
internal import Recipes
internal import Storage

/// How much each member or column counts in one entry.
package struct Makeup: Sendable {
    package struct Part: Sendable {
        package let name: String
        /// A weight, or a share of the whole; between 0 and 1.
        package let value: Double
        /// From the fold with the least to that with the most; nil where it is not fitted fold by fold.
        package let range: ClosedRange<Double>?
    }

    package let entry: String
    /// What the numbers are: `weight`, `share of mean |SHAP|`.
    package let measure: String
    /// The largest first; of many columns only those.
    package let parts: [Part]
    /// Columns that are not shown.
    package let rest: Int

    private static let most = 10

    private init(_ entry: String, _ measure: String, _ parts: [Part]) {
        (self.entry, self.measure) = (entry, measure)
        let sorted = parts.enumerated().sorted { ($1.element.value, $0.offset) < ($0.element.value, $1.offset) }
            .map(\.element)
        self.parts = Array(sorted.prefix(Self.most))
        rest = max(0, parts.count - Self.most)
    }

    /// Those of the recipe's entries that have been run and whose parts do not all count alike, in the order of the recipe.
    ///
    /// Errors: of a report that cannot be read.
    static func all(of plan: Plan, _ recipe: LoadedRecipe, _ entries: [Forecast.Entry], in store: Store) throws
        -> [Makeup]
    {
        try plan.results.compactMap { result -> Makeup? in
            guard case .stack(let name) = result.role, let step = result.outOfFold,
                let record = entries[step].record
            else { return nil }
            func json(_ output: String) throws -> JSON? {
                try record.outputs[output].map { try JSON(parsing: Store.content(ofFile: store.path(of: $0.digest))) }
            }
            switch plan.steps[step].kind {
            case .stack: return try json("report").flatMap { learner(name, $0) }
            case .average:
                if let weights = try json("weights") { return average(name, weights) }
                let plain = name.split(separator: "/").last.map(String.init) ?? name
                guard let entry = recipe.stackEntry(named: plain), let members = entry.average,
                    case .given(let weights) = entry.weights
                else { return nil }
                let sum = weights.reduce(0, +)
                return Makeup(name, "weight", zip(members, weights).map { Part(name: $0, value: $1 / sum, range: nil) })
            default: return nil
            }
        }
    }

    /// Weights that were fitted: those of all rows, and how far those of the folds are apart.
    private static func average(_ name: String, _ json: JSON) -> Makeup? {
        guard let members = json["members"]?.array?.compactMap(\.string),
            let weights = json["weights"]?.array?.compactMap(\.number), members.count == weights.count
        else { return nil }
        let folds = (json["folds"]?.array ?? []).map { ($0.array ?? []).compactMap(\.number) }
        return Makeup(
            name, "weight",
            members.indices.map { index in
                let own = folds.compactMap { $0.indices.contains(index) ? $0[index] : nil }
                return Part(name: members[index], value: weights[index], range: range(own))
            })
    }

    /// The weights of a blend on the simplex, or the shares of a learner's columns.
    private static func learner(_ name: String, _ report: JSON) -> Makeup? {
        if report["learner"]?.string == "simplex" {
            let folds = (report["folds"]?.array ?? []).compactMap { $0["weights"]?.object }
            guard let first = folds.first else { return nil }
            return Makeup(
                name, "weight",
                first.keys.sorted().map { member in
                    let own = folds.compactMap { $0[member]?.number }
                    return Part(name: member, value: own.reduce(0, +) / Double(own.count), range: range(own))
                })
        }
        for (kind, measure) in [("shap", "share of mean |SHAP|"), ("coefficient", "share of |coefficients|")] {
            guard let columns = report["importances"]?[kind]?.object?.compactMapValues(\.number) else { continue }
            let sum = columns.values.reduce(0) { $0 + abs($1) }
            guard sum > 0 else { continue }
            return Makeup(
                name, measure,
                columns.sorted { $0.key < $1.key }.map { Part(name: $0.key, value: abs($0.value) / sum, range: nil) })
        }
        return nil
    }

    private static func range(_ values: [Double]) -> ClosedRange<Double>? {
        guard let least = values.min(), let most = values.max() else { return nil }
        return least...most
    }
}
