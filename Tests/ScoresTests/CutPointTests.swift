// Cut points between ordered classes: the best kappa, and numbers moved so that the nearest class is the one between two cuts.

import Testing

@testable import Scores

@Suite struct CutPointTests {
    /// Essays with grades from 0 to 5, predicted as a regression does it: drawn to the middle.
    private static func task(rows: Int, seed: UInt64) -> (places: [Double], labels: [Int], weights: [Double]) {
        var x = seed
        func next() -> Double {
            x = (1_664_525 * x + 1_013_904_223) % (1 << 32)
            return Double(x >> 8) / Double(1 << 24)
        }
        var (places, labels, weights) = ([Double](), [Int](), [Double]())
        for _ in 0..<rows {
            let quality = 2.2 + 1.1 * (next() + next() + next() + next() - 2) * 1.73
            let noise = 0.9 * (next() + next() + next() + next() - 2) * 1.73
            labels.append(min(5, max(0, Int((quality + noise).rounded()))))
            places.append(2.2 + 0.6 * (quality - 2.2))
            weights.append([0, 0.5, 1, 2][Int(next() * 4)])
        }
        return (places, labels, weights)
    }

    private static func kappa(_ places: [Double], _ labels: [Int], _ weights: [Double]?) -> Double {
        let matrix = ProbabilityMatrix(meanLabels: places, classCount: 6)
        return QuadraticKappa().value(over: ScoredRows(matrix, labels: labels, isOrdered: true), weights: weights)
    }

    @Test func noCutThatIsMovedAloneIsBetterAndPlainRoundingIsWorse() throws {
        for seed in [1, 5, 9] as [UInt64] {
            let (places, labels, weights) = Self.task(rows: 150, seed: seed)
            for weights in [nil, weights] {
                let found = CutPoints(fitting: places, labels: labels, weights: weights, classes: 6)
                let best = Self.kappa(places.map(found.moved), labels, weights)
                #expect(best > Self.kappa(places, labels, weights) + 0.02)
                for index in found.cuts.indices {
                    for place in places {
                        var cuts = found.cuts
                        cuts[index] = place + 1e-9
                        guard zip(cuts, cuts.dropFirst()).allSatisfy({ $0 <= $1 }) else { continue }
                        let other = Self.kappa(places.map(CutPoints(cuts).moved), labels, weights)
                        #expect(other <= best + 1e-9, "cut \(index) at \(place)")
                    }
                }
            }
        }
    }

    /// What is gained on rows of the same kind that nobody fitted on.
    @Test func theGainHoldsOnOtherRows() {
        let (seen, other) = (Self.task(rows: 4_000, seed: 2), Self.task(rows: 4_000, seed: 3))
        let cuts = CutPoints(fitting: seen.places, labels: seen.labels, weights: nil, classes: 6)
        let gain =
            Self.kappa(other.places.map(cuts.moved), other.labels, nil) - Self.kappa(other.places, other.labels, nil)
        #expect(gain > 0.03)
    }

    @Test func numbersAreMovedSoThatTheNearestClassIsTheOneBetweenTheCuts() {
        let cuts = CutPoints([0.4, 1.9, 1.9, 3.2])
        #expect(cuts.cuts.count == 4)
        var last = -1.0
        for step in 0...400 {
            let place = Double(step) / 100
            let moved = cuts.moved(place)
            let label = cuts.cuts.count { $0 <= place }
            #expect(Int((moved + 0.5).rounded(.down)) == label, "\(place)")
            #expect(moved >= last && moved >= 0 && moved <= 4)
            last = moved
            let matrix = ProbabilityMatrix(meanLabels: [Double(Float(moved))], classCount: 5)
            #expect(abs(matrix.meanLabels[0] - moved) < 1e-6 && matrix.nearestLabels == [label])
        }
    }

    @Test func aTableOfOneClassOrOnePlaceIsCutSomewhere() {
        let one = CutPoints(fitting: [1, 1, 1], labels: [0, 1, 2], weights: nil, classes: 3)
        #expect(one.cuts.count == 2 && one.cuts.allSatisfy(\.isFinite))
        let same = CutPoints(fitting: [0.2, 1.1, 2.4], labels: [1, 1, 1], weights: nil, classes: 3)
        #expect(same.cuts.count == 2 && same.cuts.allSatisfy(\.isFinite))
        #expect(CutPoints(fitting: [], labels: [], weights: nil, classes: 4).cuts.count == 3)
    }
}
