import Digests
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "-1", "1.5", "1e-07", "\"a\\n\\u0001é😀\"", "[1,[2,{\"a\":[]}]]", "{\"a\":1,\"b\":{}}",
    ])
    func textReadsBackToItself(_ text: String) throws {
        #expect(try JSON(parsing: text).text() == text)
    }

    @Test func integersAndFloatsAreToldApart() throws {
        #expect(try JSON(parsing: "1") == .integer(1))
        #expect(try JSON(parsing: "1.0") == .number(1))
        #expect(JSON.number(5).text() == "5.0")
        #expect(try JSON(parsing: "9223372036854775808") == .number(9_223_372_036_854_775_808))
    }

    @Test(arguments: [
        "", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "nul", "[1] 2", "\"\u{1}\"", "\"\\ud800\"", "\"\\x\"",
        "{\"a\":1,\"a\":2}",
        "NaN", "1e999", "{a:1}", "'a'",
    ])
    func whatRFC8259RefusesIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    /// As a `String` has it, both are one text.
    @Test func textsAreEqualIfTheirBytesAre() {
        let (one, two) = ("\u{e9}", "e\u{301}")
        #expect(Set([ExactText(one), ExactText(two), ExactText(one)]).count == 2)
        #expect(JSON.string(one) != .string(two) && JSON.string(one) == .string("\u{e9}"))
        #expect(JSON.object([one: 1]) != .object([two: 1]) && JSON.object([one: 1]) == .object(["\u{e9}": 1]))
        #expect(JSON.array([.string(one)]) != .array([.string(two)]))
        #expect(JSON.object(["a": 1, "b": 2]) != .object(["a": 1, "c": 2]))
    }

    @Test func surrogatePairsAreOneScalar() throws {
        #expect(try JSON(parsing: #""\ud83d\ude00""#) == "😀")
    }

    @Test func depthIsBounded() {
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[", count: 100_000)) }
    }

    @Test func whatJSONCannotSayBecomesNull() {
        #expect(JSON.array([.number(.nan), .number(.infinity)]).text() == "[null,null]")
    }

    @Test func oneMemberIsThatOfTheWhole() throws {
        let text =
            #"{ "a" : [1, "]}", {"b": "\\\""}], "\u0062":{"c\"":null, "d":{"e":[-1.5e-3, 7]}}, "z": "\\" , "y":true}"#
        let whole = try JSON(parsing: text)
        #expect(try JSON.member("a", of: text) == whole["a"])
        #expect(try JSON.member("b", "d", of: text) == whole["b"]?["d"])
        #expect(try JSON.member("b", "d", "e", of: text) == [-0.0015, 7])
        #expect(try JSON.member("y", of: text) == true)
        #expect(try JSON.member("x", of: text) == nil)
        #expect(try JSON.member("y", "x", of: text) == nil)
    }

    @Test(arguments: [Int.min, .min + 1, -1, 0, 9, .max - 1, .max])
    func integersReadBack(_ integer: Int) throws {
        #expect(try JSON(parsing: "\(integer)") == .integer(integer))
    }

    @Test func floatsAreTheNearest() throws {
        for text in [
            "0.1", "1.9459101090932196", "5e-324", "2.2250738585072011e-308", "1e23", "123456789012345678901.5",
        ] {
            #expect(try JSON(parsing: text) == .number(Double(text)!))
        }
        #expect(throws: JSONError.self) { try JSON(parsing: "-9e999") }
        #expect(throws: JSONError.self) { try JSON(parsing: #"{"a":1,"b":2,"a":3}"#) }
    }
}
