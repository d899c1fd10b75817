// A folder of input files for native steps, and the step that reads them.

import Digests
import Formats
import Foundation
import Plans
import Steps

/// A folder for one test's files.
struct Folder: ~Copyable {
    let path = FileManager.default.temporaryDirectory.appending(path: "ablate-\(UUID().uuidString)").path
    init() throws {
        try FileManager.default.createDirectory(atPath: path + "/outputs", withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ json: JSON) throws -> String {
        try json.text().write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        return "\(path)/\(name)"
    }

    func predictions(_ name: String, rows: [Int], _ values: [Float]) throws -> String {
        let classes = values.count / rows.count
        let body = rows.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }
        let data = values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
        let header: JSON = [
            "rows": ["dtype": "I64", "shape": [.integer(rows.count)], "data_offsets": [0, .integer(body.count)]],
            "probabilities": [
                "dtype": "F32", "shape": [.integer(rows.count), .integer(classes)],
                "data_offsets": [.integer(body.count), .integer(body.count + data.count)],
            ],
        ]
        let text = Array(header.text().utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init)
        try Data(length + text + body + data).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func run(_ kind: StepKind, _ parameters: JSON, _ inputs: [String: String]) throws -> StepOutcome {
        try NativeStep.run(kind, StepContext(parameters: parameters, inputs: inputs, outputs: path + "/outputs"))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(path)/outputs/\(name)")))
    }

    func folds() throws -> [Int] { try Folds(reading: bytes("folds"), name: "folds").folds }

    func output() throws -> Predictions {
        try Predictions(reading: bytes("predictions"), name: "predictions", classes: 2)
    }
}
