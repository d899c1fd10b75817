// The two streams of a command: bytes out, and whether a person looks at them. Knows nothing of what is written.

internal import Glibc
internal import Synchronization

/// Standard output and standard error.
package enum OutputStream: Sendable {
    case output
    case error

    private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// The error number of the first write that failed, for each stream; 0 for none. One that nobody reads any more, or that was
    /// closed from the beginning, is no failure.
    private static let outputFailure = Atomic<Int32>(0)
    private static let errorFailure = Atomic<Int32>(0)

    /// Why something that was written is not there, as on a full disk; nil where all is well.
    package var failure: AblateError? {
        let code =
            self == .output ? Self.outputFailure.load(ordering: .relaxed) : Self.errorFailure.load(ordering: .relaxed)
        guard code != 0 else { return nil }
        return AblateError.system("write to standard \(self == .output ? "output" : "error")", "", code: code)
    }

    /// Writes all of the bytes. A stream that nobody reads any more takes them and does nothing; see ``failure``.
    package func write(_ bytes: some Collection<UInt8>) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                // Whoever made the stream non-blocking reads slowly: wait until there is room.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, 1_000)
            } else if count < 0, errno == EINTR {
                continue
            } else {
                let code = errno
                if count < 0, code != EPIPE, code != EBADF {
                    switch self {
                    case .output: Self.outputFailure.store(code, ordering: .relaxed)
                    case .error: Self.errorFailure.store(code, ordering: .relaxed)
                    }
                }
                return
            }
        }
    }

    /// Opens those of the three streams that are closed, onto nothing. Else a file that is opened next would stand in their place and
    /// take what is said.
    package static func openClosed() {
        for descriptor in 0...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The system gives the least number that is free.
            _ = open("/dev/null", O_RDWR)
        }
    }

    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal; 80 where there is none.
    package var width: Int {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
