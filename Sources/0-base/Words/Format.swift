// Numbers as people read them. Knows no unit but those of time and of sizes.

package enum Format {
    /// A text as a sentence begins: its first letter is a capital.
    package static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// A number with a fixed count of decimals, rounded half away from zero.
    package static func decimal(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        guard value.isFinite, abs(value) * scale < 1e15 else { return "\(value)" }
        let scaled = Int((abs(value) * scale).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(scaled)" }
        let part = String(scaled % Int(scale))
        return "\(sign)\(scaled / Int(scale)).\(String(repeating: "0", count: digits - part.count))\(part)"
    }

    /// As ``decimal(_:_:)``, with a sign in any case: for differences.
    package static func signed(_ value: Double, _ digits: Int) -> String {
        (value < 0 ? "−" : "+") + decimal(abs(value), digits)
    }

    /// A score with a count of decimals; one of which these would say nothing, since what is predicted is of that size, as `4.137e-07`.
    package static func score(_ value: Double, _ digits: Int = 4) -> String {
        // What rounding leaves of nothing is nothing.
        guard abs(value) > 1e-12, decimal(abs(value), digits) == decimal(0, digits) else {
            return decimal(value, digits)
        }
        var (mantissa, exponent) = (abs(value), 0)
        // 9.9996 is told as 10.000, which is 1.000 of the next power.
        while mantissa < 0.99995 { (mantissa, exponent) = (mantissa * 10, exponent + 1) }
        return "\(value < 0 ? "-" : "")\(decimal(mantissa, 3))e-\(exponent < 10 ? "0" : "")\(exponent)"
    }

    /// As ``score(_:)``, with a sign in any case.
    package static func difference(_ value: Double) -> String { (value < 0 ? "−" : "+") + score(abs(value)) }

    /// `[+0.0009, +0.0072]`: the ends of a difference's interval.
    package static func interval(_ interval: ClosedRange<Double>) -> String {
        "[\(difference(interval.lowerBound)), \(difference(interval.upperBound))]"
    }

    /// `38 %`, of a share of 1.
    package static func percent(_ share: Double, _ digits: Int = 0) -> String { "\(decimal(100 * share, digits)) %" }

    /// `1 seed`, `3 seeds`.
    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// `512 B`, `1.4 MiB`.
    package static func size(_ bytes: Int) -> String {
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < 4 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\(decimal(value, 1)) \(["B", "KiB", "MiB", "GiB", "TiB"][unit])"
    }

    // MARK: - Durations

    /// `12 s`, `2.4 min`, `34 min`, `2.1 h`; of a GPU `0.52 GPU-h`.
    package static func duration(_ seconds: Double, isOnGPU: Bool = false) -> String {
        if isOnGPU, seconds >= 60 { return "\(decimal(seconds / 3_600, seconds < 36_000 ? 2 : 0)) GPU-h" }
        if seconds < 10 { return "\(decimal(seconds, 1)) s" }
        if seconds < 120 { return "\(decimal(seconds, 0)) s" }
        if seconds < 7_200 { return "\(decimal(seconds / 60, seconds < 600 ? 1 : 0)) min" }
        return "\(decimal(seconds / 3_600, 1)) h"
    }

    /// Durations that stand beneath each other, in one unit: that of the longest. `118 s` beside `2.0 min` would hide that they are
    /// nearly the same. Of a GPU all are GPU-hours. Nothing for what took no time.
    package static func durations(_ seconds: [Double], isOnGPU: Bool = false) -> [String] {
        let longest = seconds.max() ?? 0
        let (unit, length, digits): (String, Double, Int) =
            isOnGPU && longest >= 60
            ? ("GPU-h", 3_600, 2)
            : longest < 120 ? ("s", 1, longest < 10 ? 1 : 0) : longest < 7_200 ? ("min", 60, 1) : ("h", 3_600, 1)
        return seconds.map { value in
            guard value > 0 else { return "" }
            let shown = decimal(value / length, digits)
            // Not nothing: what rounds to zero took less than half a last digit.
            return shown.contains { $0 != "0" && $0 != "." }
                ? "\(shown) \(unit)" : "< \(digits == 0 ? "1" : decimal(digits == 1 ? 0.1 : 0.01, digits)) \(unit)"
        }
    }

    /// Time as it passes, in whole units: `42 s`, `3 min 20 s`, `2 h 5 min`.
    package static func elapsed(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}
