// Every format under mutations: what comes out is a refusal in words or a value that holds its promise, never a trap.

import Targets
import Digests
import Formats
import Testing

/// A format: a file that is right, and what its reader must answer for any bytes whatsoever.
private struct Target: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: [UInt8]
    /// Nil where a value holds its promise.
    let fault: @Sendable ([UInt8]) throws(FormatError) -> String?
}

private let targets: [Target] = [
    Target(
        testDescription: "predictions",
        file: predictions(rows: [0, 2, 1], [0.5, 0.5, 0.25, 0.75, 1, 0], classes: 2)
    ) { bytes throws(FormatError) in
        let found = try Predictions(reading: bytes, name: "p", target: .classes(2), below: 3)
        guard found.rows.allSatisfy({ 0..<3 ~= $0 }), zip(found.rows, found.rows.dropFirst()).allSatisfy({ $0 < $1 })
        else { return "rows \(found.rows)" }
        let isProper = found.rows.indices.allSatisfy { row in
            found[row].allSatisfy { 0...1 ~= $0 } && abs(found[row].reduce(0, +) - 1) <= 2e-6
        }
        return isProper ? nil : "probabilities \(found.values)"
    },
    Target(
        testDescription: "rows",
        file: bytes([
            "ids": ["a", "b", "c"], "labels": [0, 1, 0], "groups": [0, 0, 1], "weights": [1.0, 0.5, 2.0], "classes": 2,
        ])
    ) { bytes throws(FormatError) in
        let found = try Rows(reading: bytes, name: "r")
        let labels = found.labels?.allSatisfy { 0..<found.classes ~= $0 } ?? true
        let groups = found.groups.map { Set($0) == Set(0..<Set($0).count) } ?? true
        return labels && groups && Set(found.ids).count == found.ids.count ? nil : "\(found)"
    },
    Target(testDescription: "folds", file: bytes(["count": 3, "folds": [0, 1, 2, 0, 1, 2]])) {
        bytes throws(FormatError) in
        let found = try Folds(reading: bytes, name: "f")
        return Set(found.folds).subtracting([-1, -2]) == Set(0..<found.count) ? nil : "\(found)"
    },
    Target(
        testDescription: "pseudo-labels",
        file: bytes([
            "rows": [0, 2], "probabilities": [[0.5, 0.5], [1.0, 0.0]], "weights": [1.0, 0.5], "classes": 2,
        ])
    ) { bytes throws(FormatError) in
        let found = try PseudoLabels(reading: bytes, name: "l")
        return found.rows.count == found.weights.count ? nil : "\(found)"
    },
    Target(
        testDescription: "weights",
        file: bytes(["members": ["a", "b"], "weights": [0.25, 0.75], "folds": [[1.0, 0.0], [0.5, 0.5]]])
    ) { bytes throws(FormatError) in
        let found = try Weights(reading: bytes, name: "w")
        return ([found.weights] + found.folds).allSatisfy { Weights.areProper($0) } ? nil : "\(found)"
    },
    Target(
        testDescription: "coefficients",
        file: bytes(["method": "m", "names": ["a", "b"], "values": [0.5, 2.0], "folds": [[1.0, 0.0]]])
    ) { bytes throws(FormatError) in
        let found = try Coefficients(reading: bytes, name: "c")
        return ([found.values] + found.folds).allSatisfy { $0.count == found.names.count } ? nil : "\(found)"
    },
    Target(
        testDescription: "evaluation",
        file: bytes([
            "rows": 2, "classes": 2, "average": ["log-loss": 0.5, "accuracy": 1.0],
            "cells": [["seed": "", "fold": 0, "rows": 2, "log-loss": 0.5, "accuracy": 1.0]],
            "seeds": [["seed": "", "log-loss": 0.5, "accuracy": 1.0]], "losses": ["average": [0.25, 0.75]],
            "groups": [0, 1], "folds": [0, 1], "labels": [0, 1], "predicted": [0, 1],
            "reliability": ["bins": [["rows": 2, "confidence": 0.5, "accuracy": 1.0]], "calibration-error": 0.5],
        ])
    ) { bytes throws(FormatError) in
        let found = try Evaluation(reading: bytes, name: "e")
        let isWhole = found.losses.values.allSatisfy { $0.count == found.rows && $0.allSatisfy(\.isFinite) }
        return isWhole && found.scores.values.allSatisfy(\.isFinite) ? nil : "\(found)"
    },
    Target(testDescription: "history", file: bytes(["losses": [1.5, nil, 0.5], "validation": [1.0]])) {
        bytes throws(FormatError) in
        try TrainingHistory(reading: bytes, name: "h").losses.allSatisfy { $0?.isFinite ?? true } ? nil : "not finite"
    },
    Target(
        testDescription: "tokens",
        file: safetensors([
            ("a.offsets", .integers([Int64(0), 2, 3], type: "I64")),
            ("a.ids", .integers([Int32(1), 2, 3], type: "I32")),
        ])
    ) { bytes throws(FormatError) in
        let found = try Tokens(reading: bytes, name: "t").offsets.values
        return found.allSatisfy { zip($0, $0.dropFirst()).allSatisfy { $0 <= $1 } } ? nil : "\(found)"
    },
    Target(
        testDescription: "features",
        file: safetensors(
            [("rows", .integers([Int64(0), 1], type: "I64")), ("values", .floats([1, 2, 3, 4], shape: [2, 2]))],
            metadata: ["names": "[\"a\",\"b\"]"])
    ) { bytes throws(FormatError) in
        _ = try Features(reading: bytes, name: "f")
        return nil
    },
    Target(testDescription: "csv", file: Array("id,\"a\"\"b\",y\r\n1,\"x\n,\",0.5\r\n2,ü,0.25\r\n".utf8)) {
        bytes throws(FormatError) in
        let found = try CSVTable(reading: bytes, name: "t")
        return found.rows.allSatisfy { $0.count == found.header.count } ? nil : "\(found)"
    },
]

@Suite struct MutationTests {
    /// Whether the reader did neither of what it may do.
    private func fault(_ target: Target, _ bytes: [UInt8]) -> String? {
        do throws(FormatError) {
            _ = ContentShape.rows(of: bytes)
            return try target.fault(bytes)
        } catch {
            return error.description.isEmpty ? "a refusal without words" : nil
        }
    }

    @Test(arguments: targets)
    private func theFileItselfIsRight(_ target: Target) throws {
        #expect(try target.fault(target.file) == nil)
    }

    @Test(arguments: targets)
    private func cutAtEveryLength(_ target: Target) {
        for count in target.file.indices { #expect(fault(target, Array(target.file[..<count])) == nil) }
    }

    @Test(arguments: targets)
    private func everyBitFlipped(_ target: Target) {
        for index in target.file.indices {
            for bit in 0..<8 {
                var bytes = target.file
                bytes[index] ^= 1 << bit
                #expect(fault(target, bytes) == nil, "byte \(index), bit \(bit)")
            }
        }
    }

    private static let hostile = [
        "-1", "0", "1", "9223372036854775807", "-9223372036854775808", "1099511627776", "1e308", "-1e308", "1e999",
        "null",
        "NaN", "[]", "{}", "\"\"", "[[]]", "0.5", "true", "1.0", "\"\\u0000\"", "18446744073709551616", "2", "3",
    ]

    /// Numbers, texts and lists of the file in place of each other and of the worst ones, and bytes at random.
    @Test(arguments: targets)
    private func fourThousandMutations(_ target: Target) {
        var generator = SplitMix(state: 2_026)
        for round in 0..<4_000 {
            var bytes = target.file
            for _ in 0..<Int.random(in: 1...3, using: &generator) { mutate(&bytes, &generator) }
            // A header of tensors is read again with the length it has now.
            if round % 2 == 0, target.file[0] != UInt8(ascii: "{"), bytes.count > 8,
                let end = bytes.lastIndex(of: UInt8(ascii: "}"))
            {
                bytes.replaceSubrange(0..<8, with: littleEndian(UInt64(max(0, end - 7))))
            }
            #expect(fault(target, bytes) == nil, "round \(round)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
        case 3:
            let end = min(bytes.count, place + Int.random(in: 1...12, using: &generator))
            bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
        case 4:
            let end = min(bytes.count, place + 8)
            let filler: [UInt8] = [0, 0x7F, 0x80, 0xFF]
            for index in place..<end { bytes[index] = filler.randomElement(using: &generator) ?? 0 }
        default: replaceToken(&bytes, from: place, &generator)
        }
    }

    /// The next number of the text becomes another one, or worse.
    private func replaceToken(_ bytes: inout [UInt8], from place: Int, _ generator: inout SplitMix) {
        func isNumeric(_ byte: UInt8) -> Bool {
            0x30...0x39 ~= byte || byte == 0x2D || byte == 0x2E || byte == 0x2B || byte == 0x65
        }
        guard let start = bytes[place...].firstIndex(where: { 0x30...0x39 ~= $0 || $0 == 0x2D }) else { return }
        let end = bytes[start...].firstIndex { !isNumeric($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: Array((Self.hostile.randomElement(using: &generator) ?? "").utf8))
    }
}
