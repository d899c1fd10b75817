// What entries of the stack are made of: weights of averages, and what counted for learners. Reads what their steps report.

internal import Digests
internal import Forecasts
internal import Formats
internal import Plans
internal import Recipes
internal import Storage

/// How much each member or column counts in one entry.
package struct Composition: Sendable {
    package struct Part: Sendable {
        package let name: String
        /// A weight, or a share of the whole; between 0 and 1.
        package let value: Double
        /// From the fold with the least to that with the most; nil where it is not fitted fold by fold.
        package let range: ClosedRange<Double>?
    }

    /// What the numbers are.
    package enum Measure: Sendable {
        case weight
        /// Of the mean of the absolute SHAP values, and of the absolute coefficients.
        case shareOfSHAP, shareOfCoefficients
    }

    package let entry: String
    package let measure: Measure
    /// The largest first; of many columns only those.
    package let parts: [Part]
    /// Columns that are not shown.
    package let rest: Int

    private static let most = 10

    private init(_ entry: String, _ measure: Measure, _ parts: [Part]) {
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
        -> [Composition]
    {
        try plan.results.compactMap { result -> Composition? in
            guard case .stack(let name) = result.role, let step = result.outOfFold,
                let record = entries[step].record
            else { return nil }
            func document(_ output: String) throws -> JSONDocument? {
                try record.outputs[output].map { try StoredDocument.read($0.digest, in: store, from: record.address) }
            }
            switch plan.steps[step].kind {
            case .stack: return try document("report").flatMap { try learner(name, $0) }
            case .average:
                if let weights = try document("weights") { return try average(name, weights) }
                let plain = name.split(separator: "/").last.map(String.init) ?? name
                guard let average = recipe.stackEntry(named: plain)?.average,
                    case .given(let weights) = average.weights
                else { return nil }
                let sum = weights.reduce(0, +)
                return Composition(
                    name, .weight, zip(average.members, weights).map { Part(name: $0, value: $1 / sum, range: nil) })
            default: return nil
            }
        }
    }

    /// Weights that were fitted: those of all rows, and how far those of the folds are apart.
    private static func average(_ name: String, _ fitted: JSONDocument) throws -> Composition {
        let members = try fitted.member("members").texts
        func weights(_ list: JSONDocument) throws -> [Double] {
            let weights = try list.numbers
            guard weights.count == members.count else {
                throw list.unexpected("a list of \(members.count), a weight for each member")
            }
            return weights
        }
        let whole = try weights(fitted.member("weights"))
        let folds = try fitted.member(ifPresent: "folds")?.elements.map(weights) ?? []
        return Composition(
            name, .weight,
            members.indices.map { index in
                Part(name: members[index], value: whole[index], range: range(folds.map { $0[index] }))
            })
    }

    /// The weights of a blend on the simplex, or the shares of a learner's columns; nil where the learner reports none.
    static func learner(_ name: String, _ report: JSONDocument) throws -> Composition? {
        if try report.member("learner").text == "simplex" {
            let folds = try report.member("folds").elements.map { fold in
                try fold.member("weights").members.mapValues { try $0.number }
            }
            guard let first = folds.first else { return nil }
            return Composition(
                name, .weight,
                first.keys.sorted().map { member in
                    let own = folds.compactMap { $0[member] }
                    return Part(name: member, value: own.reduce(0, +) / Double(own.count), range: range(own))
                })
        }
        guard let importances = try report.member(ifPresent: "importances") else { return nil }
        for (kind, measure) in [("shap", Measure.shareOfSHAP), ("coefficient", .shareOfCoefficients)] {
            guard let columns = try importances.member(ifPresent: kind)?.members.mapValues({ try $0.number }) else {
                continue
            }
            // In one order: the last bit of a sum depends on it.
            let sorted = columns.sorted { $0.key < $1.key }
            let sum = sorted.reduce(0) { $0 + abs($1.value) }
            guard sum > 0 else { continue }
            return Composition(
                name, measure,
                sorted.map { Part(name: $0.key, value: abs($0.value) / sum, range: nil) })
        }
        return nil
    }

    private static func range(_ values: [Double]) -> ClosedRange<Double>? {
        guard let least = values.min(), let most = values.max() else { return nil }
        return least...most
    }
}
