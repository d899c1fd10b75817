// The training loss of one fine-tune, as its `history` output has it.

internal import Digests
internal import Forecasts
internal import Formats
internal import Arithmetic
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
        let found = plan.results.flatMap { result in
            result.fits.filter { seen.insert($0).inserted }.compactMap { step in
                entries[step].record?.outputs["history"].map { (result.name, step, $0.digest) }
            }
        }
        return try Parallel.map(found) { result, step, history in
            let bytes = try store.content(of: history, from: plan.steps[step].address)
            let losses = try TrainingHistory(reading: bytes, name: store.path(of: history)).losses.compactMap(\.self)
            let parts = AddressParts.of(plan.steps[step].address)
            let part = parts.filter { $0.hasPrefix("seed-") || $0.hasPrefix("fold-") || $0 == "full" }
            return FineTuneCurve(result: result, part: part.joined(separator: "/"), losses: losses)
        }
    }
}
