import Nodes
import Testing

@Suite struct CoreSchemaTests {
    @Test(arguments: [
        ("1", Node.Scalar.Resolved.integer(1)), ("-0x1F", .text), ("0x1F", .integer(31)), ("0o17", .integer(15)),
        ("1e-4", .number(1e-4)), ("1.", .number(1)), (".5", .number(0.5)), ("1_000", .text), ("true", .boolean(true)),
        ("yes", .text), ("~", .null), ("", .null), ("12e03", .number(12000)), ("+1", .integer(1)), ("1:30", .text),
        ("0o", .text), ("0o8", .text), ("0x", .text), ("0o+7", .text), ("1e", .text), (".", .text), ("-", .text),
        ("1\u{301}", .text), ("१", .text), ("9223372036854775807", .integer(.max)), ("-.INF", .number(-.infinity)),
        ("9223372036854775808", .number(0x1p63)), ("0xFFFFFFFFFFFFFFFFFF", .number(0x1p72)), ("nULL", .text),
    ])
    func plainScalarsHaveTheirTypeByYAML12(_ text: String, _ type: Node.Scalar.Resolved) {
        #expect(Node.Scalar(text: text, isPlain: true).resolved == type)
        #expect(Node.Scalar(text: text, isPlain: false).resolved == .text)
    }

    @Test(arguments: [
        ("no", ["\"no\"", "false"]), ("On", ["\"On\"", "true"]), ("1_000", ["\"1_000\"", "1000"]),
        ("1:30", ["\"1:30\"", "90"]), ("-1:30", ["\"-1:30\"", "-90"]), ("017", ["\"017\"", "17", "15"]),
        ("-017", ["\"-017\"", "-17", "-15"]), ("08", ["\"08\"", "8"]), ("00", ["\"00\"", "0"]),
        ("0_17", ["\"0_17\"", "17", "15"]), ("0b101", ["\"0b101\"", "5"]), ("-0x1F", ["\"-0x1F\"", "-31"]),
        ("2026-01-31", ["\"2026-01-31\""]), ("2026-1-31 10:00:00 +1:00", ["\"2026-1-31 10:00:00 +1:00\""]),
        ("=", ["\"=\""]), ("<<", ["\"<<\""]),
    ])
    func scalarsThatReadersDisagreeOnAreAmbiguousAndHaveClearSpellings(_ text: String, _ spellings: [String]) {
        let scalar = Node.Scalar(text: text, isPlain: true)
        #expect(scalar.ambiguity != nil)
        #expect(scalar.spellings == spellings)
        #expect(Node.Scalar(text: text, isPlain: false).ambiguity == nil)
    }

    @Test(arguments: [
        "1e-4", "1e3", "0o17", "0x1F", "y", "n", "yEs", "1:60", "1:2:", "2026-01", "0b2", "_1", "a_1", "1.2.3", "0",
        "-0",
        "0.5", "00.5", "10:00:00Z", "http://a", "true", "~", "-", "1 2",
    ])
    func scalarsThatYAML12DecidesAreNotAmbiguous(_ text: String) {
        let scalar = Node.Scalar(text: text, isPlain: true)
        #expect(scalar.ambiguity == nil)
        #expect(scalar.spellings.isEmpty)
    }
}
