// What a difference varies by, beside statsmodels' analysis of variance, and where rows are dealt anew for every seed.

import Arithmetic
import Scores
import Testing

@testable import Statistics

@Suite struct ComponentsTests {
    struct Case: Decodable {
        let values: [[Double]]
        let groups, folds: [Int]
        let mean, fixed, seed, error, degrees, p: Double
        let interval90: [Double]
    }

    @Test func partsAndTestAreThoseOfTheAnalysisOfVariance() throws {
        for peer in try golden("components", as: [Case].self) {
            let paired = PairedLosses(differences: peer.values, groups: peer.groups, folds: peer.folds)
            let test = try #require(paired.test)
            expectRelative(test.mean, peer.mean, within: 1e-12)
            expectRelative(test.fixed, peer.fixed, within: 1e-9)
            expectRelative(try #require(test.seed), peer.seed, within: 1e-9)
            expectRelative(test.standardError, peer.error, within: 1e-9)
            expectRelative(test.degreesOfFreedom, peer.degrees, within: 1e-9)
            expectRelative(test.pValue, peer.p, within: 1e-9)
            let interval = test.interval(level: 0.9)
            expectClose([interval.lowerBound, interval.upperBound], peer.interval90, within: 1e-9)
            #expect(test.groups == Set(peer.groups).count && test.seeds == peer.values.count)
        }
    }

    /// A row that counts twice is two rows of its group; weights that differ are no rounding of equal ones.
    @Test func aRowOfWeightTwoIsThatRowTwice() throws {
        let peer = try golden("components", as: [Case].self)[1]
        let weights = peer.groups.indices.map { $0 % 3 == 0 ? 2.0 : 1 }
        let rows = peer.groups.indices.flatMap { weights[$0] == 2 ? [$0, $0] : [$0] }
        let weighted = PairedLosses(
            differences: peer.values, groups: peer.groups, folds: peer.folds, weights: weights
        ).test
        let repeated = PairedLosses(
            differences: peer.values.map { seed in rows.map { seed[$0] } }, groups: rows.map { peer.groups[$0] },
            folds: rows.map { peer.folds[$0] }, weights: rows.indices.map { $0 == 0 ? 1 + 1e-13 : 1 }
        ).test
        let (one, other) = (try #require(weighted), try #require(repeated))
        expectRelative(one.fixed, other.fixed, within: 1e-9)
        expectRelative(try #require(one.seed), try #require(other.seed), within: 1e-9)
        expectRelative(one.degreesOfFreedom, other.degreesOfFreedom, within: 1e-9)
    }

    /// Drawn from known parts, with the same folds for all seeds and with folds dealt anew: the estimates are right on average.
    @Test(arguments: [false, true]) func onAverageTheEstimatesAreTheTruth(_ anew: Bool) throws {
        let (groups, folds, seeds, trials) = (100, 5, 3, 400)
        let (spread, chance) = (0.1, 0.05)
        var source = RandomSource(seed: 5)
        func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + Double(source.next() >> 11) * 0x1p-53 } }
        var (rows, seed) = (0.0, 0.0)
        for _ in 0..<trials {
            let own = (0..<groups).map { _ in spread * normal() }
            let dealt = (0..<seeds).map { _ -> [Int] in
                let order = anew ? source.permutation(of: groups) : Array(0..<groups)
                return order.map { $0 % folds }
            }
            let values = dealt.map { folds -> [Double] in
                let cells = (0..<5).map { _ in chance * normal() }
                return own.indices.map { own[$0] + cells[folds[$0]] }
            }
            let found = try #require(
                VarianceComponents(
                    values: values, weights: nil, groups: RowGrouping(ids: Array(0..<groups)),
                    folds: anew ? dealt : [dealt[0]]))
            rows += found.rows / Double(trials)
            seed += found.seed / Double(trials)
            #expect(found.rowDegrees.rounded() == 99)
            #expect(anew ? found.seedDegrees < 10 : found.seedDegrees == 10)
        }
        // A mean of 400: standard errors of .7 % and, with some ten degrees each, of 2.2 %.
        expectRelative(rows, spread * spread / Double(groups), within: 0.04)
        expectRelative(seed, chance * chance / Double(folds), within: 0.1)
    }

    @Test func aMeanHasTheSameTestByTheJackknife() throws {
        var source = RandomSource(seed: 8)
        let groups = (0..<90).map { $0 / 3 }
        let folds = groups.map { $0 % 3 }
        let labels = groups.map { _ in source.next(below: 2) }
        func side() -> [ScoredRows] {
            (0..<3).map { _ in
                ScoredRows(
                    classes: 2, labels: labels, predicted: labels.map { source.next(below: 3) == 0 ? 1 - $0 : $0 })
            }
        }
        let (before, after) = (side(), side())
        let accuracy = Accuracy()
        let scores = PairedScores(metric: accuracy, baseline: before, variant: after, groups: groups, folds: folds)
        let rows = zip(before, after).map { before, after in
            zip(accuracy.perRow(before), accuracy.perRow(after)).map { $1 - $0 }
        }
        let losses = PairedLosses(differences: rows, groups: groups, folds: folds)
        let found = try #require(scores.comparison(smallestEffect: nil, resamples: 100)?.test)
        let wanted = try #require(losses.test)
        expectRelative(found.mean, wanted.mean, within: 1e-12)
        expectRelative(found.fixed, wanted.fixed, within: 1e-9)
        expectRelative(try #require(found.seed), try #require(wanted.seed), within: 1e-9)
        expectRelative(found.pValue, wanted.pValue, within: 1e-9)
    }

    @Test func manyGroupsOfOneFoldArePutTogether() throws {
        let (groups, folds) = (1_000, 5)
        var source = RandomSource(seed: 3)
        let labels = (0..<groups).map { _ in source.next(below: 2) }
        let fold = (0..<groups).map { $0 % folds }
        let rows = PairedRows(groups: Array(0..<groups), folds: fold, weights: nil)
        let influence = ScoreInfluence(rows: rows, most: 200)
        #expect(influence.pieces.count == 200 && influence.pieces.joined().sorted() == Array(0..<groups))
        #expect(influence.pieces.allSatisfy { Set($0.map { fold[$0] }).count == 1 && $0.count == 5 })
        #expect(labels.count == groups)
        // Groups that lie in several folds are cut where folds end, and stay one group.
        let torn = ScoreInfluence(
            rows: PairedRows(groups: (0..<60).map { $0 / 3 }, folds: (0..<60).map { $0 % 2 }, weights: nil), most: 100)
        #expect(torn.pieces.count == 40 && torn.groups.count == 20)
    }

    @Test func seedsAndGroupsThatItTakes() throws {
        func test(fixed: Double, seed: Double?) -> PairedTest {
            PairedTest(mean: 0.01, seeds: 3, groups: 200, fixed: fixed, fixedDegrees: 199, seed: seed, seedDegrees: 10)
        }
        // Seeds' chance is all: three more seeds halve it.
        let noisy = test(fixed: 0, seed: 3e-4)
        let effect = noisy.minimumDetectableEffect()
        #expect(noisy.seedsNeeded(toDetect: effect) == 3)
        let six = try #require(noisy.seedsNeeded(toDetect: effect / 2.0.squareRoot()))
        #expect((5...6).contains(six))
        #expect(noisy.groupsNeeded(toDetect: effect / 2) == nil)
        // Rows are all: no number of seeds helps, four times the rows halve the error.
        let few = test(fixed: 1e-4, seed: 1e-9)
        let detectable = few.minimumDetectableEffect()
        #expect(few.seedsNeeded(toDetect: 0.9 * detectable) == nil)
        let needed = try #require(few.groupsNeeded(toDetect: detectable / 2))
        #expect((780...800).contains(needed))
        // One seed tells neither.
        let one = test(fixed: 1e-4, seed: nil)
        #expect(
            one.seedsNeeded(toDetect: 0.5 * detectable) == nil && one.groupsNeeded(toDetect: 0.5 * detectable) == nil)
        #expect(one.groupsNeeded(toDetect: 2 * detectable) == 200)
    }

    /// One held-out table and several seeds: the rows' part is the groups', though no fold says how folds differ.
    @Test func oneHeldOutTableHasATestOverSeeds() throws {
        let values: [[Double]] = (0..<3).map { seed -> [Double] in
            (0..<40).map { row -> Double in Double((row * 7 + seed * 3) % 11) / 100 }
        }
        let (groups, folds) = (Array(0..<40), [Int](repeating: 0, count: 40))
        let held = PairedLosses(differences: values, groups: groups, folds: folds, testToTrain: 0.25)
        let test = try #require(held.test)
        let means: [Double] = values.map { (seed: [Double]) -> Double in seed.reduce(0, +) / 40 }
        let mean = means.reduce(0, +) / 3
        let squares: [Double] = means.map { (one: Double) -> Double in (one - mean) * (one - mean) }
        expectRelative(try #require(test.seed), squares.reduce(0, +) / 2, within: 1e-9)
        #expect(test.seedDegrees == 2 && test.fixed > 0)
        // With one seed there is none: nothing says what chance in training does.
        #expect(PairedLosses(differences: [values[0]], groups: groups, folds: folds, testToTrain: 0.25).test == nil)
        // Nor without what was trained on.
        #expect(PairedLosses(differences: values, groups: groups, folds: folds).test == nil)
    }
}
