// Names the input that the process dies or hangs on. Says nothing else: a signal handler may hardly do more.

import Foundation

enum Watchdog {
    /// The input being read; plain memory, so that a signal handler may look at it.
    nonisolated(unsafe) private static let current = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    nonisolated(unsafe) private static var seconds: UInt32 = 0

    static func install(seconds: UInt32) {
        self.seconds = seconds
        current.initialize(to: -1)
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGALRM] {
            signal(number) { number in Watchdog.report(number) }
        }
    }

    static func begin(_ iteration: Int) {
        current.pointee = iteration
        alarm(seconds)
    }

    private static func report(_ number: Int32) {
        say(number == SIGALRM ? "hang at input " : "crash at input ")
        var digits: [UInt8] = []
        var rest = current.pointee
        repeat {
            digits.insert(UInt8(ascii: "0") + UInt8(rest % 10), at: 0)
            rest /= 10
        } while rest > 0
        digits.append(0x0A)
        digits.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
        _exit(70)
    }

    private static func say(_ text: StaticString) { _ = write(2, text.utf8Start, text.utf8CodeUnitCount) }
}
