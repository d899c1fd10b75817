// Where text goes: results to standard output, everything else to standard error. The one place that writes to terminals.

internal import Diagnostics
internal import Digests
internal import Host
internal import Words

enum Console {
    /// A result: what a pipe should get.
    static func out(_ text: String) { line(text, to: .output) }

    /// A document for programs, indented, with its schema version.
    static func out(document members: [String: JSON]) {
        var members = members
        if members["schema_version"] == nil { members["schema_version"] = 1 }
        out(json: JSON.object(members).text(.indented))
    }

    /// JSON text.
    static func out(json text: String) {
        OutputStream.output.write((VisibleText.json(text) + (text.hasSuffix("\n") ? "" : "\n")).utf8)
    }

    /// A remark, a finding, progress.
    static func note(_ text: String) { line(text, to: .error) }

    /// Writes text in place of the lines that were drawn last.
    static func draw(_ text: String, over lines: Int, to stream: OutputStream) {
        let erased = lines > 0 ? "\u{1B}[\(lines)A\r\u{1B}[J" : ""
        stream.write((erased + Ink.terminal(text)).utf8)
    }

    private static func line(_ text: String, to stream: OutputStream) {
        stream.write((Ink.terminal(text) + (text.hasSuffix("\n") ? "" : "\n")).utf8)
    }

    /// Whether a stream is a terminal that shows colours.
    static func hasColor(_ stream: OutputStream) -> Bool {
        let variables = Host.system.variables
        return variables["NO_COLOR"] == nil && stream.isTerminal && variables["TERM"] != "dumb"
    }

    /// Columns of the terminal on standard error; 80 where there is none.
    static var width: Int { OutputStream.error.width }
}

/// Text with attributes, or without.
struct Paint: Sendable {
    let isOn: Bool
    func bold(_ text: String) -> String { code("1", text) }
    func dim(_ text: String) -> String { code("2", text) }
    func red(_ text: String) -> String { code("31", text) }
    func green(_ text: String) -> String { code("32", text) }
    func yellow(_ text: String) -> String { code("33", text) }
    func blue(_ text: String) -> String { code("34", text) }
    private func code(_ code: String, _ text: String) -> String { isOn ? Ink.paint(text, code) : text }
}
