// JSON read with expectations: each error names the file, the place, what belongs there and what was found.

import Digests
import Formats
import Testing

@Suite struct JSONDocumentTests {
    private let json: JSON = [
        "rows": 3, "half": 0.5, "name": "a", "none": nil, "cells": [["fold": 0], ["fold": -1]],
        "losses": [0.5, nil, "x\u{1b}"], "matrix": [[1, 2], [3]], "folds": [0, 1, -1],
    ]
    private var document: JSONDocument { JSONDocument(json, name: "e.json", advice: "look again") }

    @Test func whatIsThereIsRead() throws {
        #expect(try document.member("rows").integer == 3 && document.member("rows").number == 3)
        #expect(try document.member("half").number == 0.5 && document.member("name").text == "a")
        #expect(try document.member(ifPresent: "none") == nil && document.member(ifPresent: "other") == nil)
        #expect(try document.member("cells").elements[0].member("fold").count == 0)
        #expect(
            try document.member("folds").integers == [0, 1, -1] && document.member("matrix").matrix == [[1, 2], [3]])
        #expect(try JSONDocument([0.5, nil], name: "l").gappedNumbers == [0.5, nil])
        #expect(try document.members.keys.sorted() == json.object!.keys.sorted())
    }

    @Test func whatIsOtherwiseIsNamedWithItsPlace() {
        func message(_ read: (JSONDocument) throws -> Void) -> String {
            do { try read(document) } catch { return "\(error)" }
            return ""
        }
        for (found, wanted) in [
            (message { _ = try $0.member("other") }, "e.json: expected a member \"other\", found none; look again"),
            (
                message { _ = try $0.member("none").number },
                "e.json: expected a member \"none\", found none; look again"
            ),
            (
                message { _ = try $0.member("name").integer },
                "e.json: name: expected a whole number, found the text \"a\""
            ),
            (message { _ = try $0.member("half").integer }, "e.json: half: expected a whole number, found 0.5"),
            (
                message { _ = try $0.member("cells").elements[1].member("fold").count },
                "e.json: cells[1].fold: expected a whole number from 0 on, found -1"
            ),
            (message { _ = try $0.member("losses").numbers }, "e.json: losses[1]: expected a number, found null"),
            (
                message { _ = try $0.member("losses").gappedNumbers },
                "e.json: losses[2]: expected a number or null, found the text \"x\\u{1b}\""
            ),
            (message { _ = try $0.member("folds").counts }, "folds[2]: expected a whole number from 0 on, found -1"),
            (message { _ = try $0.member("rows").elements }, "e.json: rows: expected a list, found 3"),
            (message { _ = try $0.elements }, "e.json: expected a list, found an object"),
            (message { _ = try $0.member("name").digest }, "expected a digest of 64 hexadecimal digits"),
        ] { #expect(found.contains(wanted), "\(found)") }
    }

    @Test func aFileOfLinesNamesTheLine() throws {
        let lines = try JSONDocument.lines(parsing: Array("{\"a\":1}\n{\"a\":\"x\"}\n".utf8), name: "t.jsonl")
        #expect(try lines[0].member("a").integer == 1)
        #expect { try lines[1].member("a").integer } throws: {
            "\($0)" == "t.jsonl: line 2.a: expected a whole number, found the text \"x\""
        }
        #expect { try JSONDocument.lines(parsing: Array("{}\n{".utf8), name: "t.jsonl") } throws: {
            "\($0)".hasPrefix("t.jsonl: line 2: expected a JSON document: ")
        }
        #expect { try JSONDocument(parsing: Array("[".utf8), name: "e.json", advice: "look again") } throws: {
            "\($0)".hasPrefix("e.json: expected a JSON document: ") && "\($0)".hasSuffix("; look again")
        }
    }
}
