// The training loss of one fine-tune, as its `history` output has it.

internal import Digests
internal import Forecasts
internal import Plans
internal import Storage

/// Training loss per optimizer step.
package struct FineTuneCurve: Sendable {
    /// The result it was first trained for, and the fine-tune's place in it: `seed-1/fold-0`.
    package let result: String
    package let part: String
    package let losses: [Double]

    /// Each recorded fine-tune once, in the order of the plan's results.
    static func all(of plan: Plan, _ entries: [Forecast.Entry], in store: Store) throws -> [FineTuneCurve] {
        var seen: Set<Int> = []
        var curves: [FineTuneCurve] = []
        for result in plan.results {
            for step in result.fits where seen.insert(step).inserted {
                guard let output = entries[step].record?.outputs["history"] else { continue }
                let json = try JSON(parsing: Store.content(ofFile: store.path(of: output.digest)))
                let losses = (json["losses"]?.array ?? []).compactMap(\.number)
                let parts = plan.steps[step].address.split(separator: "/")
                let part = parts.filter { $0.hasPrefix("seed-") || $0.hasPrefix("fold-") || $0 == "full" }
                curves.append(
                    FineTuneCurve(result: result.name, part: part.joined(separator: "/"), losses: losses))
            }
        }
        return curves
    }
}
