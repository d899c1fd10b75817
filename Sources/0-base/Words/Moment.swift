// A moment as the person's clock shows it. Knows no clock: seconds come in.

internal import Glibc

package enum Moment {
    /// `2026-11-23 14:05:09 CET`, from seconds since 1970, in the zone of this process.
    package static func text(_ seconds: Double) -> String {
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S %Z", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
