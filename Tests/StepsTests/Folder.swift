// A folder of input files for native steps, and the step that reads them.

import Targets
import Digests
import Formats
import Foundation
import Steps

@testable import Plans
@testable import Recipes

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

    /// Predictions as a file that the program itself writes.
    func predictions(_ name: String, of target: Target, _ values: [Double]) throws -> String {
        let made = Formats.Predictions(covering: values.count / target.width, target: target, values: values)
        try Data(made.bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func run(_ step: any TypedStep, _ inputs: [String: String]) throws -> StepOutcome {
        try NativeStep.run(step, StepContext(inputs: inputs, outputs: path + "/outputs"))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(path)/outputs/\(name)")))
    }

    func folds() throws -> [Int] { try Folds(reading: bytes("folds"), name: "folds").folds }

    func output() throws -> Formats.Predictions {
        try Formats.Predictions(reading: bytes("predictions"), name: "predictions", target: .classes(2))
    }
}

/// Steps over two labels. Where their inputs come from is told when they run.
enum Make {
    static func average(cover: Int) -> AverageStep {
        AverageStep(form: .plain(cover: cover), target: .classes(2), members: [:])
    }

    static func weighted(_ mean: AverageMean, _ weights: AverageWeights, fold: Int? = nil) -> AverageStep {
        AverageStep(
            form: .weighted(
                .init(mean: mean, weights: weights, members: ["a", "b"], fold: fold, metric: nil, fitting: nil)),
            target: .classes(2), members: [:])
    }

    static func optimize(_ counts: [Int]? = nil, fold: Int? = nil) -> OptimizeStep {
        OptimizeStep(
            method: .marginals, target: .classes(2), counts: counts, fold: fold, predictions: nowhere(),
            rows: nowhere(),
            fitting: .there(nowhere()))
    }

    static var split: SplitStep { SplitStep(method: .stratifiedGroupKFold, count: 2, seed: 1, rows: nowhere()) }

    static var evaluate: EvaluateStep {
        EvaluateStep(
            target: .classes(2), metrics: ["log-loss", "accuracy"], scored: nil, rows: nowhere(), folds: nowhere(),
            average: nowhere(),
            members: [:])
    }

    static func pseudoLabel(
        _ labels: Recipes.PseudoLabels.Labels, above confidence: Double = 0, _ kind: Target.Kind = .classes
    ) -> PseudoLabelStep {
        var settings = Recipes.PseudoLabels()
        (settings.labels, settings.minimumConfidence) = (labels, confidence)
        return PseudoLabelStep(settings: settings, target: Target(kind, width: 2), predictions: nowhere())
    }

    static func submission(id: String, label: String, form: String? = nil) -> SubmissionStep {
        SubmissionStep(
            path: "s.csv", target: .classes, labels: ["0", "1"], id: id, label: label, form: form,
            predictions: nowhere(), rows: nowhere(), sample: nil)
    }

    static func sheets(form: String? = nil) -> SheetsStep {
        SheetsStep(
            target: .classes(2), labels: ["0", "1"], id: "id", label: "target", form: form,
            evaluated: EvaluateStep(
                target: .classes(2), metrics: ["m"], scored: nil, rows: nowhere(), folds: nowhere(), average: nowhere(),
                members: [:]), sample: nil)
    }

    private static func nowhere<Content>() -> Artifact<Content> { Artifact(0, "") }
}
