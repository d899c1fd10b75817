// Predictions that another program wrote: what is taken, what is mended, what is refused, and in which words.

import Digests
import Formats
import Testing

@Suite struct PredictionsTests {
    private let even: [Float] = [0.5, 0.5, 0.25, 0.75, 1, 0]

    @Test func whatIsRightIsTakenAsItIs() throws {
        let found = try read(predictions(rows: [0, 1, 2], even, classes: 2), classes: 2, below: 3)
        #expect(found.rows == [0, 1, 2] && found.values == even.map(Double.init) && !found.isMended)
        #expect(try read(found.bytes, classes: 2).values == found.values)
    }

    @Test func rowsInAnotherOrderAreSorted() throws {
        let found = try read(predictions(rows: [5, 0, 3], even, classes: 2), classes: 2, below: 6)
        #expect(found.rows == [0, 3, 5] && found.isMended)
        #expect(found.values == [0.25, 0.75, 1, 0, 0.5, 0.5])
        let again = try read(found.bytes, classes: 2)
        #expect(again.rows == found.rows && again.values == found.values && !again.isMended)
    }

    @Test(arguments: [0.3333, 0.333, 0.33] as [Float])
    func roundedThirdsAreDividedByTheirSum(_ third: Float) throws {
        let found = try read(predictions(rows: [0], [third, third, third], classes: 3), classes: 3)
        #expect(found.isMended && found.values.allSatisfy { abs($0 - 1.0 / 3) < 1e-12 })
    }

    @Test func probabilitiesOfEveryRoundingAreMended() throws {
        var generator = SplitMix(state: 11)
        for classes in [2, 3, 7, 10, 30] {
            for decimals in [100.0, 1_000, 10_000] {
                let values = (0..<50).flatMap { _ -> [Double] in
                    let raw = (0..<classes).map { _ in Double.random(in: 0.01...1, using: &generator) }
                    let sum = raw.reduce(0, +)
                    return raw.map { ($0 / sum * decimals).rounded() / decimals }
                }
                for tensor in [
                    RawTensor.floats(values.map { Float($0) }, shape: [50, classes]),
                    .doubles(values, shape: [50, classes]), .halves(values, shape: [50, classes]),
                ] {
                    let file = safetensors([
                        ("rows", .integers((0..<50).map { Int32($0) }, type: "I32")), ("probabilities", tensor),
                    ])
                    let found = try read(file, classes: classes, below: 50)
                    for row in 0..<50 {
                        #expect(abs(found[row].reduce(0, +) - 1) < 1e-6)
                        let own = values[row * classes..<(row + 1) * classes]
                        let sum = own.reduce(0, +)
                        #expect(zip(found[row], own).allSatisfy { abs($0 - $1 / sum) < 1e-3 })
                    }
                }
            }
        }
    }

    @Test func halfPrecisionIsReadAsIEEEHasIt() throws {
        let values = [0.5, 0.25, 0.25, 0.0999755859375, 0.89990234375, 0.0001220703125]
        let file = safetensors([
            ("rows", .integers([UInt8(0), 1], type: "U8")), ("probabilities", .halves(values, shape: [2, 3])),
        ])
        let found = try read(file, classes: 3)
        let sum = values[3...].reduce(0, +)
        #expect(found.isMended && Array(found[0]) == [0.5, 0.25, 0.25])
        #expect(zip(found[1], values[3...]).allSatisfy { abs($0 - $1 / sum) < 1e-15 })
    }

    @Test(arguments: [
        ([Int64](arrayLiteral: 0, 1, 1), "row 2 twice, as rows[1] and rows[2]"),
        ([1, 0, 1], "row 2 twice, as rows[0] and rows[2]"),
        ([0, 1 << 40, 2], "rows[1] is 1099511627776, and the table's 3 rows are numbered 0 to 2"),
        ([0, 1, 3], "rows[2] is 3"), ([-1, 0, 1], "rows[0] is -1"),
        ([.max, 0, 1], "rows[0] is 9223372036854775807"), ([.min, .max, 0], "rows[0] is -9223372036854775808"),
        ([.max, .max, 0], "row 9223372036854775807 twice"),
    ])
    func rowsThatAreNoneOfTheTableAreNamed(_ rows: [Int64], _ words: String) {
        #expect { try read(predictions(rows: rows, even, classes: 2), classes: 2, below: 3) } throws: {
            "\($0)".contains(words)
        }
    }

    @Test(arguments: [
        (Float.nan, "row 3, label 2 of 2: nan"), (.infinity, "label 2 of 2: inf"), (-.infinity, "-inf"),
        (-0.25, "-0.25"), (1.5, "1.5 is no probability"), (-Float.leastNonzeroMagnitude, "label 2 of 2"),
    ])
    func numbersThatAreNoProbabilitiesAreNamed(_ value: Float, _ words: String) {
        let values: [Float] = [0.5, 0.5, 0.5, 0.5, 0.5, value]
        #expect { try read(predictions(rows: [0, 1, 2], values, classes: 2), classes: 2) } throws: {
            "\($0)".contains(words)
        }
    }

    @Test func theRowIsThatOfTheTableAlsoWhereRowsAreShuffled() {
        let values: [Float] = [0.5, 0.5, 0, 0, 0.5, 0.5]
        #expect { try read(predictions(rows: [7, 4, 0], values, classes: 2), classes: 2) } throws: {
            "\($0)".contains("row 5: every probability is 0")
        }
    }

    @Test(arguments: [
        [Float](arrayLiteral: 0.2, 0.3), [0.9, 0.9], [1, 1], [0.45, 0.5], [0.501, 0.502], [1e-30, 1e-30],
    ])
    func sumsThatRoundingDoesNotExplainAreRefused(_ row: [Float]) {
        // Two rows of full precision beside it, so that nothing looks rounded.
        let values: [Float] = [0.123456, 0.876544, 0.3141593, 0.6858407] + row
        #expect { try read(predictions(rows: [0, 1, 2], values, classes: 2), classes: 2) } throws: {
            "\($0)".contains("row 3") && "\($0)".contains("sum to 1")
        }
    }

    @Test func everyRowOfTheTableIsNeeded() throws {
        func covering(_ rows: [Int64], _ count: Int?) throws -> Predictions {
            let values = [Float](repeating: 0.5, count: rows.count * 2)
            return try read(predictions(rows: rows, values, classes: 2), classes: 2).covering(count, "p")
        }
        #expect(try covering([2, 1, 0], 3).rows == [0, 1, 2])
        #expect(try covering([2, 1, 0], nil).rows == [0, 1, 2])
        for (rows, count, words) in [
            ([0, 2] as [Int64], 3 as Int?, "row 2 has none"), ([0, 1], 3, "row 3 has none"),
            ([0, 1, 2, 3], 3, "the table has 3 rows"), ([1, 2, 3], nil, "row 1 has none"),
            ([0, 1 << 40], nil, "row 2 has none"),
        ] {
            #expect { try covering(rows, count) } throws: { "\($0)".contains(words) }
        }
    }

    @Test(
        arguments: [
            (["rows": ["dtype": "I64", "shape": [0], "data_offsets": [0, 0]]], 0, "p has no rows"),
            (["probabilities": ["dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]]], 8, "no tensor \"rows\""),
            (["rows": ["dtype": "F32", "shape": [2], "data_offsets": [0, 8]]], 8, "tensor \"rows\" is F32"),
            (["rows": ["dtype": "I64", "shape": [1, 1], "data_offsets": [0, 8]]], 8, "shape [1, 1]"),
        ] as [(JSON, Int, String)])
    func tensorsThatAreNotThoseOfPredictionsAreNamed(_ header: JSON, _ size: Int, _ words: String) {
        let file = safetensors(header: header.text(), body: [UInt8](repeating: 0, count: size))
        #expect { try read(file, classes: 2) } throws: { "\($0)".contains(words) }
    }

    @Test(
        arguments: [
            ([0, 8], [8, 16], 20, "4 bytes after the last tensor"), ([0, 8], [12, 20], 20, "\"b\" begins at byte 12"),
            ([0, 8], [4, 12], 12, "\"b\" begins at byte 4, and what stands before it ends at 8"),
            ([8, 16], [8, 16], 16, "\"a\" begins at byte 8"),
        ] as [([Int], [Int], Int, String)])
    func tensorsFillTheFileWithoutGapsAndOverlaps(_ one: [Int], _ other: [Int], _ size: Int, _ words: String) {
        func tensor(_ place: [Int]) -> JSON {
            ["dtype": "F32", "shape": [2], "data_offsets": .array(place.map { .integer($0) })]
        }
        let file = safetensors(
            header: JSON.object(["a": tensor(one), "b": tensor(other)]).text(),
            body: [UInt8](repeating: 0, count: size))
        #expect { try Safetensors(reading: file, name: "p") } throws: { "\($0)".contains(words) }
    }

    @Test(
        arguments: [
            ["__metadata__": ["a": 1]], ["__metadata__": [1]],
            ["a": ["dtype": "F7", "shape": [0], "data_offsets": [0, 0]]],
        ] as [JSON])
    func metadataAndTypesAreThoseOfTheFormat(_ header: JSON) {
        #expect(throws: FormatError.self) {
            try Safetensors(reading: safetensors(header: header.text(), body: []), name: "p")
        }
    }

    @Test func bfloat16IsRoundingAndSaysWhatToWriteInstead() throws {
        func file(_ values: [Float]) -> [UInt8] {
            let cut = values.map { UInt16($0.bitPattern >> 16) }
            let tensor = RawTensor(
                type: "BF16", shape: [1, 3], bytes: cut.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
            return safetensors([("rows", .integers([Int64(0)], type: "I64")), ("probabilities", tensor)])
        }
        let found = try read(file([0.301, 0.303, 0.396]), classes: 3)
        #expect(found.isMended && abs(found[0].reduce(0, +) - 1) < 1e-12)
        #expect { try read(file([0.301, 0.303, 0.38]), classes: 3) } throws: { "\($0)".contains("float32") }
    }

    @Test(
        arguments: [
            (
                ["rows": ["dtype": "I64", "shape": [2_305_843_009_213_693_952, 8], "data_offsets": [0, 8]]],
                "has 8 bytes"
            ),
            (["rows": ["dtype": "I64", "shape": [2_305_843_009_213_693_952], "data_offsets": [0, 8]]], "has 8 bytes"),
            (
                ["rows": ["dtype": "I64", "shape": [4_294_967_296, 4_294_967_296, 0], "data_offsets": [0, 8]]],
                "has 8 bytes"
            ),
            (["rows": ["dtype": "I64", "shape": [-1], "data_offsets": [0, 8]]], "the shape [-1]"),
            (["rows": ["dtype": "I64", "shape": [1.0], "data_offsets": [0, 8]]], "the shape [1.0]"),
            (["rows": ["dtype": "I64", "shape": [1], "data_offsets": [8, 0]]], "lies at bytes 8 to 0"),
            (["rows": ["dtype": "I64", "shape": [1], "data_offsets": [-8, 0]]], "lies at bytes -8 to 0"),
            (["rows": ["dtype": "I64", "shape": [1], "data_offsets": [16, 24]]], "the file has 20"),
            (
                ["rows": ["dtype": "I64", "shape": [1], "data_offsets": [0, 9_223_372_036_854_775_807]]],
                "the file has 20"
            ),
            (["rows": ["dtype": "I64", "shape": [1]]], "lacks its dtype, shape or data_offsets"),
            (["rows": 3], "lacks its dtype"), ([3], "header is not JSON"), ("x", "header is not JSON"),
        ] as [(JSON, String)])
    func shapesAndPlacesThatCannotBeAreNamed(_ header: JSON, _ words: String) {
        let file = safetensors(header: header.text(), body: [UInt8](repeating: 0, count: 20))
        #expect { try read(file, classes: 2) } throws: { "\($0)".contains(words) }
    }

    @Test func aHeaderOfAnyLengthIsHeldToTheFile() {
        for length in [0, 1, 3, 1 << 20, 1 << 40, UInt64.max, 1 << 63, UInt64.max - 7] {
            let file = littleEndian(length) + Array("{}".utf8)
            #expect(throws: FormatError.self) { try read(file, classes: 2) }
        }
    }

    @Test func aFileCutOffAnywhereIsRefused() {
        let whole = predictions(rows: [0, 1, 2], even, classes: 2)
        for count in whole.indices {
            #expect(throws: FormatError.self) { try read(Array(whole[..<count]), classes: 2) }
        }
    }

    @Test func noRowsAndOtherClassesAreRefused() {
        #expect { try read(predictions(rows: [], [], classes: 2), classes: 2) } throws: { "\($0)".contains("no rows") }
        #expect { try read(predictions(rows: [0, 1, 2], even, classes: 2), classes: 3) } throws: {
            "\($0)".contains("shape [3, 2]") && "\($0)".contains("shape [3, 3]")
        }
    }
}
