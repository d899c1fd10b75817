// Where text goes: results to standard output, everything else to standard error.

internal import Digests
internal import Glibc

enum Console {
    /// A result: what a pipe should get.
    static func out(_ text: String) { line(text, to: STDOUT_FILENO) }

    /// A document for programs, indented, with its schema version.
    static func out(document members: [String: JSON]) {
        var members = members
        members["schema_version"] = 1
        out(JSON.object(members).text(.indented))
    }

    /// A remark, a finding, progress.
    static func note(_ text: String) { line(text, to: STDERR_FILENO) }

    /// Writes text as it is, without a line break of its own.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func line(_ text: String, to descriptor: Int32) {
        write(text.hasSuffix("\n") ? text : text + "\n", to: descriptor)
    }

    /// Whether a descriptor is a terminal that shows colours.
    static func hasColor(_ descriptor: Int32) -> Bool {
        getenv("NO_COLOR") == nil && isatty(descriptor) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Columns of the terminal on standard error; 80 where there is none.
    static var width: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

/// Text with ANSI attributes, or without.
struct Paint: Sendable {
    let isOn: Bool
    func bold(_ text: String) -> String { code("1", text) }
    func dim(_ text: String) -> String { code("2", text) }
    func red(_ text: String) -> String { code("31", text) }
    func green(_ text: String) -> String { code("32", text) }
    func yellow(_ text: String) -> String { code("33", text) }
    func blue(_ text: String) -> String { code("34", text) }
    private func code(_ code: String, _ text: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
