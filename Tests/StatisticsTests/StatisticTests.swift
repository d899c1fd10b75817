import Testing

@testable import Statistics

@Suite struct StatisticTests {
    struct Distributions: Decodable {
        struct Student: Decodable { let degrees, t, cumulative, twoSided: Double }
        struct StudentQuantile: Decodable { let degrees, probability, t: Double }
        struct Normal: Decodable { let x, cumulative, twoSided: Double }
        struct NormalQuantile: Decodable { let probability, x: Double }
        let student: [Student]
        let studentQuantiles: [StudentQuantile]
        let normal: [Normal]
        let normalQuantiles: [NormalQuantile]
    }
    struct HolmCase: Decodable { let p, adjusted: [Double] }
    struct Corrected: Decodable {
        let folds, seeds: Int
        let ratio: Double?
        let cells: [Double]
        let mean, error, p, detectable: Double
        let interval90: [Double]
    }
    struct Bootstrap: Decodable {
        struct Case: Decodable {
            let cells: [Double]
            let seeds: Int
            let weights: [Double]
            let count: Int
            let mean: Double
            let interval95, interval90: [Double]
        }
        struct Peer: Decodable { let cells, interval95: [Double] }
        let numbers, bounded: [String]
        let order: [Int]
        let cases: [Case]
        let scipy: Peer
    }

    @Test func distributionsAreThoseOfScipy() throws {
        let peer: Distributions = try golden("distributions")
        for student in peer.student {
            let distribution = StudentDistribution(degreesOfFreedom: student.degrees)
            let place: Comment = "t \(student.t), \(student.degrees) degrees"
            expectRelative(distribution.cumulative(student.t), student.cumulative, within: 1e-11, place)
            expectRelative(distribution.twoSided(student.t), student.twoSided, within: 1e-11, place)
        }
        for quantile in peer.studentQuantiles {
            let distribution = StudentDistribution(degreesOfFreedom: quantile.degrees)
            let place: Comment = "quantile \(quantile.probability), \(quantile.degrees) degrees"
            expectRelative(distribution.quantile(quantile.probability), quantile.t, within: 1e-11, place)
        }
        for normal in peer.normal {
            expectRelative(
                NormalDistribution.cumulative(normal.x), normal.cumulative, within: 1e-12, "x \(normal.x)")
            expectRelative(
                NormalDistribution.twoSided(normal.x), normal.twoSided, within: 1e-12, "x \(normal.x)")
        }
        for quantile in peer.normalQuantiles {
            let x = NormalDistribution.quantile(quantile.probability)
            expectClose([x], [quantile.x], within: 1e-13, "quantile \(quantile.probability)")
        }
        #expect(StudentDistribution(degreesOfFreedom: 3).quantile(0) == -.infinity)
        #expect(NormalDistribution.quantile(1) == .infinity)
    }

    @Test func holmIsThatOfStatsmodels() throws {
        for peer in try golden("holm", as: [HolmCase].self) {
            expectClose(HolmAdjustment.adjusted(peer.p), peer.adjusted, within: 1e-14)
        }
        #expect(HolmAdjustment.adjusted([]).isEmpty)
    }

    @Test func correctedTestsAreTheirFormulaWithTheTOfScipy() throws {
        for peer in try golden("corrected", as: [Corrected].self) {
            let test = try CorrectedTest(
                differences: peer.cells, folds: peer.folds, seeds: peer.seeds, testToTrain: peer.ratio)
            expectRelative(test.mean, peer.mean, within: 1e-12)
            expectRelative(test.standardError, peer.error, within: 1e-12)
            expectRelative(test.pValue, peer.p, within: 1e-10)
            let interval = test.interval(level: 0.9)
            expectClose([interval.lowerBound, interval.upperBound], peer.interval90, within: 1e-12)
            // The non-central t distribution, which the formula approximates.
            expectRelative(test.minimumDetectableEffect(), peer.detectable, within: 0.02)
        }
    }

    @Test func equalFoldsAreOneTestInBothNotations() throws {
        let cells = (0..<15).map { Double($0 * $0 % 7) / 100 }
        let equal = try CorrectedTest(differences: cells, folds: 5, seeds: 3)
        let naive = equal.deviation * equal.deviation / 15
        expectRelative(equal.standardError * equal.standardError, naive * (1 + 15.0 / 4), within: 1e-14)
        #expect(equal == (try CorrectedTest(differences: cells, folds: 5, seeds: 3, testToTrain: 0.25)))
    }

    @Test func cellsWithoutSpreadOrShapeAreRefused() throws {
        #expect(throws: CorrectedTestError.tooFewCells(1)) {
            try CorrectedTest(differences: [0.1], folds: 1, seeds: 1, testToTrain: 0.2)
        }
        #expect(throws: CorrectedTestError.unknownTestShare) {
            try CorrectedTest(differences: [0.1, 0.2], folds: 1, seeds: 2)
        }
        #expect(throws: CorrectedTestError.cells(count: 3, folds: 2, seeds: 2)) {
            try CorrectedTest(differences: [0.1, 0.2, 0.3], folds: 2, seeds: 2)
        }
        #expect(throws: CorrectedTestError.self) {
            try CorrectedTest(differences: [0.1, .nan], folds: 2, seeds: 1)
        }
        let equal = try CorrectedTest(differences: [0, 0], folds: 2, seeds: 1)
        #expect(equal.pValue == 1)
        #expect(try CorrectedTest(differences: [0.5, 0.5], folds: 2, seeds: 1).pValue == 0)
    }

    @Test func moreSeedsAreCountedUntilTheyStopHelping() throws {
        let test = try CorrectedTest(differences: [0.01, 0.02, -0.005, 0.015, 0.004], folds: 5, seeds: 1)
        let detectable = test.minimumDetectableEffect()
        #expect(test.seedsNeeded(toDetect: detectable) == 1)
        let needed = try #require(test.seedsNeeded(toDetect: 0.6 * detectable))
        #expect(needed > 1)
        #expect(test.seedsNeeded(toDetect: -0.6 * detectable) == needed)
        // However many seeds, folds go on sharing training rows.
        #expect(test.seedsNeeded(toDetect: 0.3 * detectable) == nil)
    }

    @Test func bootstrapIntervalsAreThoseOfAnIndependentProgram() throws {
        let peer: Bootstrap = try golden("bootstrap")
        for peer in peer.cases {
            let bootstrap = PairedBootstrap(
                differences: peer.cells, seedCount: peer.seeds, groupWeights: peer.weights, count: peer.count,
                seed: 99)
            expectClose([bootstrap.mean], [peer.mean], within: 1e-14)
            for (level, expected) in [(0.95, peer.interval95), (0.9, peer.interval90)] {
                let interval = bootstrap.interval(level: level)
                expectClose([interval.lowerBound, interval.upperBound], expected, within: 1e-14)
            }
        }
        let one = PairedBootstrap(differences: peer.scipy.cells, seedCount: 1, count: 20000, seed: 1)
        let interval = one.interval()
        // Two draws of 20,000 resamples: ends of deviation .0035 / sqrt(20000) * 2.7.
        expectClose([interval.lowerBound, interval.upperBound], peer.scipy.interval95, within: 3e-4)
    }

    @Test func aBootstrapOverSeedsIsWiderThanOneOverGroupsAlone() {
        // Everything that varies is the seed.
        let cells = (0..<90).map { [0.0, 0.01, 0.05][$0 % 3] }
        let both = PairedBootstrap(differences: cells, seedCount: 3, count: 500, seed: 1).interval()
        #expect(both.lowerBound == 0 && abs(both.upperBound - 0.05) < 1e-12)
        let means = (0..<30).map { _ in 0.02 }
        let groupsAlone = PairedBootstrap(differences: means, seedCount: 1, count: 500, seed: 1).interval()
        #expect(groupsAlone.upperBound - groupsAlone.lowerBound < 1e-12)
    }
}
