// Values to places on a line, with round numbers to mark. Knows nothing of what is drawn there.

internal import Glibc
internal import Words

/// An axis from `start` to `end`, in units of the drawing; `end` may be the smaller one.
struct Axis {
    let low: Double
    let high: Double
    let start: Double
    let end: Double
    let ticks: [Double]
    private let digits: Int
    private let isLogarithmic: Bool

    /// A linear axis that holds all `values` with a margin; nil where there are none. A `whole` one is marked at whole numbers only.
    init?(_ values: [Double], from start: Double, to end: Double, most: Int = 5, whole: Bool = false) {
        let values = values.filter(\.isFinite)
        guard let least = values.min(), let greatest = values.max() else { return nil }
        let margin = max((greatest - least) * 0.05, 1e-3)
        let span = greatest - least + 2 * margin
        var step = whole ? 1 : 1e-4
        while span / step > Double(most) {
            // 1, 2, 5, 10, 20, 50: round steps.
            let leading = step / pow(10, (log10(step) + 1e-9).rounded(.down))
            step *= leading > 1.9 && leading < 2.1 ? 2.5 : 2
        }
        let first = ((least - margin) / step).rounded(.up)
        ticks = (0...most).map { (first + Double($0)) * step }.filter { $0 <= greatest + margin }
        (low, high) = (least - margin, greatest + margin)
        digits = step >= 0.999 ? 0 : min(4, Int((-log10(step) - 1e-9).rounded(.up)))
        (self.start, self.end, isLogarithmic) = (start, end, false)
    }

    /// A logarithmic axis over positive values, marked at powers of ten; nil where there are none.
    init?(logarithmic values: [Double], from start: Double, to end: Double) {
        let values = values.filter { $0.isFinite && $0 > 0 }
        guard let least = values.min(), let greatest = values.max() else { return nil }
        (low, high) = (pow(10, log10(least).rounded(.down)), pow(10, log10(greatest * 1.001).rounded(.up)))
        let decades = Int((log10(high) - log10(low)).rounded())
        let lowest = low
        ticks = stride(from: 0, through: decades, by: max(1, decades / 4)).map { lowest * pow(10, Double($0)) }
        digits = low >= 0.999 ? 0 : min(4, Int((-log10(low)).rounded(.up)))
        (self.start, self.end, isLogarithmic) = (start, end, true)
    }

    func position(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low)) : (value - low) / (high - low)
        return start + min(1, max(0, share)) * (end - start)
    }

    /// What the longest mark takes.
    var labelWidth: Double { Canvas.letter * Double(ticks.map { text($0).count }.max() ?? 0) }

    func text(_ tick: Double) -> String {
        if isLogarithmic, tick >= 0.999 { return Format.decimal(tick, 0) }
        return (tick < 0 && Format.decimal(tick, digits).hasPrefix("-") ? "−" : "")
            + Format.decimal(abs(tick), digits)
    }
}
