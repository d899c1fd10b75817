// Numbers, sizes and times in words.

import Testing
import Words

@Suite struct FormatTests {
    @Test(arguments: [
        (0.12345, 4, "0.1235"), (-0.00004, 4, "0.0000"), (2.5, 0, "3"), (-2.5, 0, "-3"), (1e300, 2, "1e+300"),
        (.nan, 2, "nan"), (7.0, 3, "7.000"),
    ])
    func aNumberHasItsDecimals(_ value: Double, _ digits: Int, _ text: String) {
        #expect(Format.decimal(value, digits) == text)
    }

    @Test func differencesShowTheirSign() {
        #expect(Format.signed(0.00091, 4) == "+0.0009" && Format.signed(-0.5, 1) == "−0.5")
        #expect(Format.interval(-0.0072...0.0009) == "[−0.0072, +0.0009]")
    }

    @Test(arguments: [
        (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_500_000, "1.4 MiB"), (1 << 50, "1024.0 TiB"),
    ])
    func sizesHaveAUnit(_ bytes: Int, _ text: String) { #expect(Format.size(bytes) == text) }

    @Test func sharesAndCounts() {
        #expect(Format.percent(0.375) == "38 %" && Format.percent(0.9996, 1) == "100.0 %")
        #expect(Format.count(1, "seed") == "1 seed" && Format.count(0, "seed") == "0 seeds")
    }

    @Test(arguments: [(9.94, "9.9 s"), (42, "42 s"), (150, "2.5 min"), (2_040, "34 min"), (7_560, "2.1 h")])
    func durationsHaveOneUnit(_ seconds: Double, _ text: String) { #expect(Format.duration(seconds) == text) }

    @Test(arguments: [(42.9, "42 s"), (200, "3 min 20 s"), (7_500, "2 h 5 min")])
    func timeAsItPassesHasTwo(_ seconds: Double, _ text: String) {
        #expect(Format.elapsed(.seconds(seconds)) == text)
    }

    @Test func durationsBeneathEachOtherShareTheirUnit() {
        #expect(Format.durations([118, 121, 0, 0.3]) == ["2.0 min", "2.0 min", "", "< 0.1 min"])
        #expect(Format.durations([7_200, 60], isOnGPU: true) == ["2.00 GPU-h", "0.02 GPU-h"])
        #expect(Format.duration(1_872, isOnGPU: true) == "0.52 GPU-h")
    }

    @Test func aMomentHasDateTimeAndZone() throws {
        let parts = Moment.text(1_700_000_000).split(separator: " ")
        #expect(parts.count == 3 && parts[0].wholeMatch(of: #/2023-11-1[45]/#) != nil)
        #expect(parts[1].wholeMatch(of: #/\d\d:\d\d:20/#) != nil)
    }

    @Test func scoresOfAnySizeSaySomething() {
        #expect(
            Format.score(0.68941) == "0.6894" && Format.score(-0.00012) == "-0.0001" && Format.score(5e-5) == "0.0001")
        #expect(Format.score(4.1371e-7) == "4.137e-07" && Format.score(-9.99968e-6) == "-1.000e-05")
        #expect(Format.score(3.2e-11) == "3.200e-11" && Format.score(413_872_504.7556) == "413872504.7556")
        // What rounding leaves of nothing is nothing.
        #expect(Format.score(0) == "0.0000" && Format.score(2e-17) == "0.0000")
        #expect(Format.interval(-2e-7...0.0031) == "[−2.000e-07, +0.0031]")
    }
}
