// Minima beside scipy's (Goldens/make.py).

import Testing

@testable import Arithmetic

@Suite struct BoundedMinimumTests {
    struct Minimum: Decodable {
        let bounds: [Double]
        let x: Double
        let value: Double
        let evaluations: Int
    }

    @Test func boundedMinimaAreThoseOfScipy() throws {
        let functions: [String: (Double) -> Double] = [
            "parabola": { ($0 - 0.3) * ($0 - 0.3) }, "quartic": { $0 * $0 * $0 * $0 - 3 * $0 * $0 * $0 + 2 },
            "logarithm": { $0 - Elementary.logarithm($0) }, "edge": { $0 }, "corner": { abs($0 - 1.7) },
        ]
        for (name, peer) in try golden("minimum", as: [String: Minimum].self) {
            let function = try #require(functions[name])
            let minimum = BoundedMinimum(of: function, in: peer.bounds[0]...peer.bounds[1])
            expectClose([minimum.argument, minimum.value], [peer.x, peer.value], within: 1e-9, "\(name)")
            #expect(minimum.evaluations == peer.evaluations, "\(name)")
            #expect(minimum.converged)
        }
    }

    @Test func aSearchStopsAtItsLimit() {
        let minimum = BoundedMinimum(of: { $0 }, in: 0...1, limit: 4)
        #expect(minimum.evaluations == 4)
        #expect(!minimum.converged)
    }
}
