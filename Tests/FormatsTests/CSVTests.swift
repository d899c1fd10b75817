// Comma-separated values: what RFC 4180 has, what programs write, and what is refused.

import Formats
import Testing

@Suite struct CSVTests {
    private func rows(_ text: String) throws -> [[String]] { try CSV.rows(of: Array(text.utf8), name: "t.csv") }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r1,2", [["a", "b"], ["1", "2"]]), ("\u{FEFF}a,b\n", [["a", "b"]]),
        ("a,b\n\n\n1,2", [["a", "b"], ["1", "2"]]),
        ("\"a\"\"b\",\"c,d\"\n", [["a\"b", "c,d"]]), ("\"x\ny\r\nz\",1\n", [["x\ny\r\nz", "1"]]), ("\"\"\n", [[""]]),
        ("\"\",\n", [["", ""]]), (",\n", [["", ""]]), ("\"\"", [[""]]), ("a\"b,c\n", [["a\"b", "c"]]),
        ("ü,東京\n", [["ü", "東京"]]), ("", []), ("\u{0}\n", [["\u{0}"]]), ("\u{FEFF}\"a\",b\n", [["a", "b"]]),
    ])
    func everySpellingIsRead(_ text: String, _ expected: [[String]]) throws {
        #expect(try rows(text) == expected)
    }

    @Test func whatIsWrittenComesBack() throws {
        let lines = [["a", "b,c", "d\"e"], ["", "f\ng", "\r"], ["ü", " x ", "\"\""]]
        #expect(try rows(lines.map { CSV.row($0) }.joined()) == lines)
        #expect(CSV.row(["a", "b"], end: "\r\n") == "a,b\r\n")
    }

    @Test func anOpenQuoteAndOtherEncodingsAreNamedByRow() {
        #expect { try rows("a,b\n1,\"2\n") } throws: {
            "\($0)".contains("t.csv, row 2 has a quote that is never closed")
        }
        #expect { try CSV.rows(of: [0x61, 0x0A, 0xFC, 0x0A], name: "t.csv") } throws: {
            "\($0)".contains("t.csv, row 2 is not UTF-8")
        }
        // UTF-16 with its mark.
        #expect(throws: FormatError.self) {
            try CSV.rows(of: [0xFF, 0xFE, 0x61, 0, 0x2C, 0, 0x62, 0, 0x0A, 0], name: "t")
        }
    }

    @Test(arguments: [
        ("0.5", 0.5), (" 0.5", 0.5), ("+0.5\t", 0.5), ("5e-1", 0.5), (".5", 0.5), ("1", 1), ("1E0", 1), ("-0.5", -0.5),
    ])
    func numbersAreRead(_ text: String, _ value: Double) { #expect(CSV.number(text) == value) }

    @Test(arguments: [
        "0.5\u{0}", "\u{0}0.5", "0x1p-1", "nan", "inf", "infinity", "０.５", "0,5", "", " ", "0.5.5", "1e", "--1", "½",
        "0.5a",
        "0_5", "1 2", "\u{A0}1",
    ])
    func whatIsNoNumberIsNone(_ text: String) { #expect(CSV.number(text) == nil, "\(text)") }

    @Test func aTableHasRowsAsWideAsItsHeader() throws {
        func table(_ text: String) throws -> CSVTable { try CSVTable(reading: Array(text.utf8), name: "t.csv") }
        #expect(try table("a,b\n1,2\n").column("b") == ["2"])
        for (text, words) in [
            ("", "t.csv is empty"), ("a,b\n", "t.csv has no rows"),
            ("a,b\n1\n", "row 2 has 1 fields, and the header 2"),
            ("a,b\n1,2,3\n", "row 2 has 3 fields"), ("\u{FEFF}", "is empty"),
        ] {
            #expect { try table(text) } throws: { "\($0)".contains(words) }
        }
        #expect { try table("a,a\n1,2\n").column("a") } throws: { "\($0)".contains("several columns \"a\"") }
        #expect { try table("a,b\n1,2\n").column("c") } throws: { "\($0)".contains("no column \"c\"; it has a, b") }
    }
}
