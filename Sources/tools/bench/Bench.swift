// Benchmarks: our time and a peer's in the same run, and their ratio. Machines are noisy; ratios are less so.

import ArgumentParser
import Digests

@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure ablate against its peers on this machine.",
        subcommands: [
            EngineBench.self, LogbookBench.self, ConstraintsBench.self, RecipeBench.self, StatisticsBench.self,
            WorkerBench.self,
        ])
}

/// One measurement and its peer's.
struct Measurement {
    let name: String
    /// Seconds for one item: a group or a row.
    let seconds: Double
    let peer: String
    let peerSeconds: Double?

    var json: JSON {
        [
            "name": .string(name), "seconds": .number(seconds), "peer": .string(peer),
            "peer_seconds": JSON(peerSeconds),
            "ratio": JSON(peerSeconds.map { $0 / seconds }),
        ]
    }

    var line: String {
        func nanoseconds(_ seconds: Double) -> String { "\(Int((seconds * 1e9).rounded())) ns" }
        guard let peerSeconds else { return "\(name): \(nanoseconds(seconds)) (\(peer) could not be run)" }
        let ratio = (peerSeconds / seconds * 10).rounded() / 10
        return "\(name): \(nanoseconds(seconds)), \(peer) \(nanoseconds(peerSeconds)), \(ratio) times as fast"
    }
}

/// The shortest of several runs, in seconds: the one that was disturbed least.
func best(of runs: Int = 7, _ body: () throws -> Void) rethrows -> Double {
    var shortest = Double.infinity
    for _ in 0..<runs {
        let start = ContinuousClock.now
        try body()
        shortest = min(shortest, start.duration(to: .now) / .seconds(1))
    }
    return shortest
}
