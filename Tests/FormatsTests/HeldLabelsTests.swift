// A table's labels in other files: found however they are written, and not found where they are not.

import Testing

@testable import Formats

@Suite struct HeldLabelsTests {
    private static let labels = (0..<24).map { ["a", "b", "a", "a"][($0 * 7 + $0 / 5) % 4] }
    private static let texts = (0..<24).map { "text, \"number\" \($0)\nof many" }
    private static let table = csv(
        ["id", "text", "y", "group"],
        (0..<24).map { ["r\($0)", texts[$0], labels[$0], "\($0 / 2)"] })

    private static func csv(_ header: [String], _ rows: [[String]], _ separator: String = ",") -> String {
        ([header] + rows).map { line in
            line.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: separator) + "\n"
        }.joined()
    }

    private static func rows(_ make: (Int) -> [String]) -> [[String]] { (0..<24).map(make) }

    private static let forms: [(name: String, text: String)] = [
        ("itself", table),
        ("columns in another order", csv(["y", "id", "text"], rows { [labels[$0], "r\($0)", texts[$0]] })),
        ("other names", csv(["k", "v"], rows { ["r\($0)", labels[$0]] })),
        ("no header", csv(["r0", labels[0]], Array(rows { ["r\($0)", labels[$0]] }.dropFirst()))),
        ("semicolons", csv(["id", "y"], rows { ["r\($0)", labels[$0]] }, ";")),
        ("tabs, in another order", csv(["id", "y"], rows { ["r\(23 - $0)", labels[23 - $0]] }, "\t")),
        ("bars and blanks", "id|y\n" + rows { ["r\($0)", labels[$0]] }.map { " \($0[0]) | \($0[1]) \r\n" }.joined()),
        ("texts alone", csv(["t", "l"], rows { [texts[$0].replacing("\n", with: "\r\n"), labels[$0]] })),
        ("twice", csv(["id", "y"], rows { ["r\($0)", labels[$0]] } + rows { ["r\($0)", labels[$0]] })),
        ("more rows", csv(["id", "y"], rows { ["s\($0)", "c"] } + rows { ["r\($0)", labels[$0]] })),
        ("a part", csv(["id", "y"], Array(rows { ["r\($0)", labels[$0]] }.prefix(13)))),
        ("more columns", csv(["f", "id", "p", "y"], rows { ["\($0)", "r\($0)", "0.5", labels[$0]] })),
        (
            "JSON lines",
            rows { ["r\($0)", labels[$0]] }.map { #"{"y": "\#($0[1])", "id": "\#($0[0])"}"# + "\n" }.joined()
        ),
        (
            "JSON",
            "["
                + rows { ["r\($0)", labels[$0]] }.map { #"{"id": "\#($0[0])", "l": "\#($0[1])"}"# }.joined(
                    separator: ",\n") + "]"
        ),
        ("the labels alone", "y\n" + labels.map { $0 + "\n" }.joined()),
        ("the labels alone, without a name", labels.map { $0 + "\n" }.joined()),
        ("beside a counter", csv(["", "z"], rows { ["\($0)", labels[$0]] })),
    ]

    private func held(table: String = table, keys: [String] = ["id", "text"]) throws -> HeldLabels {
        try #require(HeldLabels(table: Array(table.utf8), label: "y", keys: keys))
    }

    @Test(arguments: forms)
    func theLabelsAreFoundInAnyForm(_ form: (name: String, text: String)) throws {
        #expect(try held().areIn(Array(form.text.utf8)))
        // And in UTF-16 as Windows writes it.
        let units = form.text.utf16.flatMap { (unit: UInt16) -> [UInt8] in
            [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
        }
        let wide: [UInt8] = [0xFF, 0xFE] + units
        #expect(try held().areIn(wide))
        // Of a table of other labels they are none.
        let other = HeldLabelsTests.table.replacing("\"a\"", with: "\"b\"").replacing("\"r23\",", with: "\"x\",")
        let changed = other.replacing("\"b\",\"7\"", with: "\"a\",\"7\"")
        #expect(!(try held(table: changed).areIn(Array(form.text.utf8))))
    }

    @Test(arguments: [
        "", "\n\n", "{", "[", "[1, 2]", "{}\n{}\n", "\"open", "a\0b", ",,,\n,,,\n",
        csv(["id", "text", "group"], rows { ["r\($0)", texts[$0], "\($0 / 2)"] }),
        csv(["id", "y"], rows { ["r\($0)", labels[23 - $0]] }), csv(["id", "y"], rows { ["r\($0)", "a"] }),
        csv(["id", "y"], rows { ["s\($0)", labels[$0]] }.reversed()),
        csv(
            ["id", "a", "b"], rows { ["r\($0)", labels[$0] == "a" ? "0.9" : "0.1", labels[$0] == "b" ? "0.9" : "0.1"] }),
        csv(["id", "y"], Array(rows { ["r\($0)", labels[$0]] }.prefix(4))),
        csv(["id", "y"], rows { ["r\($0)", $0 == 20 ? "c" : labels[$0]] }),
    ])
    func otherFilesHoldNone(_ text: String) throws { #expect(!(try held().areIn(Array(text.utf8)))) }

    @Test func anOrderThatManyTablesHaveTellsNoLabels() throws {
        // One of each in each group, in one order: another table's parts stand in the same order.
        let plain = Self.csv(["id", "y"], Self.rows { ["r\($0)", ["a", "b"][$0 % 2]] })
        let other = Self.csv(["id", "part"], Self.rows { ["s\($0)", ["a", "b"][$0 % 2]] })
        #expect(!(try held(table: plain).areIn(Array(other.utf8))))
        #expect(try held(table: plain).areIn(Array(other.replacing("part", with: "y").utf8)))
    }

    @Test func numbersAndTruthAreOneValueHoweverTheyAreWritten() throws {
        let table = "id,y\n" + (0..<12).map { "\($0),\($0 * $0 % 3 == 0 ? "True" : "False")\n" }.joined()
        let other = (0..<12).map { #"{"id": \#($0).0, "y": \#($0 * $0 % 3 == 0)}"# + "\n" }.joined()
        #expect(try held(table: table).areIn(Array(other.utf8)))
    }

    @Test func whatHasNoLabelsIsNoTable() {
        for text in ["", "id,y\n", "id,y\n1,a\n2,a\n", "id,z\n1,a\n2,b\n", "a\0"] {
            #expect(HeldLabels(table: Array(text.utf8), label: "y", keys: ["id"]) == nil, "\(text)")
        }
    }
}
