import Testing

@testable import Statistics

@Suite struct VerdictTests {
    /// A test of `mean` over an error of .001 with 14 degrees of freedom.
    func test(mean: Double) throws -> PairedTest {
        PairedTest(mean: mean, seeds: 3, groups: 15, fixed: 1e-6, fixedDegrees: 14, seed: 0, seedDegrees: 10)
    }

    func comparison(
        mean: Double, interval: ClosedRange<Double>, narrow: ClosedRange<Double> = -1...1,
        smallest: Double? = nil
    ) throws -> Comparison {
        Comparison(
            difference: mean, interval: interval, equivalenceInterval: narrow, test: try test(mean: mean),
            smallestEffect: smallest)
    }

    func outcome(_ comparison: Comparison) -> Verdict.Outcome { Verdict.judge([comparison])[0].outcome }

    @Test func bothMustAgreeForHelpsAndHurts() throws {
        #expect(try test(mean: 0.004).pValue < 0.01)
        #expect(try outcome(comparison(mean: 0.004, interval: 0.001...0.007)) == .helps)
        #expect(try outcome(comparison(mean: -0.004, interval: -0.007 ... -0.001)) == .hurts)
    }

    @Test func oneAloneLeans() throws {
        #expect(try outcome(comparison(mean: 0.004, interval: -0.001...0.007)) == .leaning)
        #expect(try outcome(comparison(mean: 0.001, interval: 0.0001...0.002)) == .leaning)
        #expect(try outcome(comparison(mean: -0.001, interval: -0.002 ... -0.0001)) == .leaning)
        // An interval that touches 0 does not exclude it.
        #expect(try outcome(comparison(mean: 0.001, interval: 0...0.002)) == .unresolved)
    }

    @Test func contradictionsCountAsNone() throws {
        #expect(try outcome(comparison(mean: 0.004, interval: -0.007 ... -0.001)) == .unresolved)
    }

    @Test func equivalenceNeedsADeclaredEffectAroundTheWholeInterval() throws {
        let wide = -0.003...0.004
        func outcome(_ narrow: ClosedRange<Double>, _ smallest: Double?) throws -> Verdict.Outcome {
            self.outcome(try comparison(mean: 0.0004, interval: wide, narrow: narrow, smallest: smallest))
        }
        #expect(try outcome(-0.002...0.003, 0.01) == .equivalent)
        #expect(try outcome(-0.002...0.01, 0.01) == .unresolved)
        #expect(try outcome(-0.01...0.002, 0.01) == .unresolved)
        #expect(try outcome(-0.002...0.003, nil) == .unresolved)
        // What helps, helps, however little.
        let little = try comparison(
            mean: 0.004, interval: 0.001...0.007, narrow: 0.001...0.006, smallest: 0.01)
        #expect(self.outcome(little) == .helps)
    }

    @Test func everyComparisonMakesTheOthersHarder() throws {
        let clear = try comparison(mean: 0.0025, interval: 0.001...0.004)
        let vague = try comparison(mean: 0.0001, interval: -0.001...0.001)
        let p = try test(mean: 0.0025).pValue
        #expect(p > 0.0125 && p < 0.05)
        #expect(outcome(clear) == .helps)
        let verdicts = Verdict.judge([vague, clear, vague, vague])
        #expect(verdicts.map(\.outcome) == [.unresolved, .leaning, .unresolved, .unresolved])
        #expect(verdicts[1].pValue == p && verdicts[1].adjusted == 4 * p)
        #expect(verdicts.allSatisfy { $0.comparisons == 4 })
        let alone = try #require(Verdict.judge([clear])[0].minimumDetectableEffect)
        #expect(try #require(verdicts[1].minimumDetectableEffect) > alone)
    }

    @Test func withoutATestTheIntervalCanOnlyLean() {
        let comparison = Comparison(
            difference: 0.02, interval: 0.01...0.03, equivalenceInterval: 0.01...0.03, test: nil,
            smallestEffect: 0.01)
        let verdict = Verdict.judge([comparison])[0]
        #expect(verdict.outcome == .leaning)
        #expect(verdict.pValue == nil && verdict.adjusted == nil && verdict.furtherSeeds == nil)
        #expect(verdict.comparisons == 0)
    }

    @Test func furtherSeedsAreThoseForTheEffectSeenOrTheSmallestIfLarger() throws {
        let test = PairedTest(
            mean: 0.01, seeds: 2, groups: 50, fixed: 1e-7, fixedDegrees: 49, seed: 2e-5, seedDegrees: 5)
        func furtherSeeds(_ difference: Double, _ smallest: Double?) -> Int? {
            let comparison = Comparison(
                difference: difference, interval: -1...1, equivalenceInterval: -1...1, test: test,
                smallestEffect: smallest)
            return Verdict.judge([comparison])[0].furtherSeeds
        }
        let detectable = test.minimumDetectableEffect()
        #expect(furtherSeeds(-1.01 * detectable, nil) == 0)
        let some = try #require(furtherSeeds(0.6 * detectable, nil))
        #expect(some > 0)
        #expect(furtherSeeds(0.001 * detectable, 0.6 * detectable) == some)
        #expect(furtherSeeds(0.001 * detectable, nil) == nil)
    }

    @Test func aComparisonTakesTheWiderNinetyPercentInterval() throws {
        let bootstrap = PairedBootstrap(
            differences: (0..<60).map { Double($0 % 5) / 1000 }, seedCount: 3, count: 300, seed: 4)
        let test = try test(mean: 0.002)
        let comparison = Comparison(bootstrap: bootstrap, test: test, smallestEffect: nil)
        #expect(comparison.interval == bootstrap.interval(level: 0.95))
        #expect(comparison.equivalenceInterval == test.interval(level: 0.9))
        let alone = Comparison(bootstrap: bootstrap, test: nil, smallestEffect: nil)
        #expect(alone.equivalenceInterval == bootstrap.interval(level: 0.9))
    }
}
