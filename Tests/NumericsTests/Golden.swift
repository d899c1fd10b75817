// The goldens beside this file, which Goldens/make.py wrote, and how near to them a result has to be.

import Foundation
import Testing

/// Reads `Goldens/<name>.json`.
func golden<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
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
