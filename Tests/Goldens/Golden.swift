// The goldens in Tests/Goldens, which make.py there wrote, and how near to them a result has to be. Linked into each of the
// modules' tests that have such goldens.

import Foundation
import Testing

/// Reads `Tests/Goldens/<name>.json`.
func golden<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = tests.appending(path: "Goldens")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: folder.appending(path: "\(name).json")))
}

/// Expects every value within `tolerance` of its golden, relative to the golden where that is above 1.
func expectClose(
    _ values: [Double], _ expected: [Double], within tolerance: Double, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == expected.count, comment, sourceLocation: sourceLocation)
    for (index, (value, wanted)) in zip(values, expected).enumerated() {
        #expect(
            abs(value - wanted) <= tolerance * max(1, abs(wanted)), "\(comment ?? "") value \(index)",
            sourceLocation: sourceLocation)
    }
}

/// Expects a value within `tolerance` of its golden, relative to the golden however small that is.
func expectRelative(
    _ value: Double, _ expected: Double, within tolerance: Double, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(abs(value - expected) <= tolerance * abs(expected), comment, sourceLocation: sourceLocation)
}
