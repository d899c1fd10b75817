// Numbers as people read them.

package enum Format {
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

    /// `12 s`, `2.4 min`, `34 min`, `2.1 h`; of a GPU `0.52 GPU-h`.
    package static func duration(_ seconds: Double, isOnGPU: Bool = false) -> String {
        if isOnGPU, seconds >= 60 { return "\(decimal(seconds / 3_600, seconds < 36_000 ? 2 : 0)) GPU-h" }
        if seconds < 10 { return "\(decimal(seconds, 1)) s" }
        if seconds < 120 { return "\(decimal(seconds, 0)) s" }
        if seconds < 7_200 { return "\(decimal(seconds / 60, seconds < 600 ? 1 : 0)) min" }
        return "\(decimal(seconds / 3_600, 1)) h"
    }

    /// `1 seed`, `3 seeds`.
    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
