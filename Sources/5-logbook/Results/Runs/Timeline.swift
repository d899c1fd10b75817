// When the last run did what, and what it did not have to do. Times are told from the run's beginning: no clock of today's.

internal import Digests
internal import Forecasts
internal import Plans
internal import Runs
internal import Storage

/// The steps of a run, by the part of the recipe they belong to.
package struct Timeline: Sendable {
    package struct Bar: Sendable {
        package let address: String
        /// The name of the step's kind.
        package let kind: String
        /// Seconds after the run began.
        package let start: Double
        package let seconds: Double
    }

    package struct Lane: Sendable {
        package let name: String
        package let bars: [Bar]
        /// Steps that were not run, because a record of them was there.
        package let hits: Int
    }

    package let lanes: [Lane]
    package let executed: Int
    package let hits: Int
    /// What the hits took when they were run, in seconds.
    package let saved: Double

    init(of plan: Plan, _ entries: [Forecast.Entry], lastRun: RunDocument?) {
        let executed = Set(lastRun?.executed ?? [])
        let start = lastRun?.started ?? 0
        var names: [String] = []
        var bars: [String: [Bar]] = [:]
        var hits: [String: Int] = [:]
        var saved = 0.0
        let keys = lastRun?.keys ?? [:]
        for (step, entry) in zip(plan.steps, entries) {
            let lane = Self.lane(of: step.address)
            if bars[lane] == nil { names.append(lane) }
            bars[lane, default: []] += []
            guard let record = entry.record, keys[step.address] == record.key else {
                continue
            }
            if executed.contains(step.address), record.started >= start - 1 {
                bars[lane]!.append(
                    Bar(
                        address: step.address, kind: step.kind.rawValue, start: max(0, record.started - start),
                        seconds: record.seconds))
            } else {
                hits[lane, default: 0] += 1
                saved += record.seconds
            }
        }
        lanes = names.map { Lane(name: $0, bars: bars[$0] ?? [], hits: hits[$0] ?? 0) }
        self.executed = lanes.reduce(0) { $0 + $1.bars.count }
        self.hits = lanes.reduce(0) { $0 + $1.hits }
        self.saved = saved
    }

    /// `tiny` of `tiny/seed-1/fold-0/finetune`, `ablations/rank` of one of its variants' steps.
    private static func lane(of address: String) -> String {
        let parts = AddressParts.of(address)
        let count = parts.first == "ablations" || parts.first?.hasPrefix("round-") == true ? 2 : 1
        return parts.prefix(min(count, max(1, parts.count - 1))).joined(separator: "/")
    }
}
