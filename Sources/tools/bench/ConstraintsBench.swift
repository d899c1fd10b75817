// The optimizer's kernels against scipy, numpy and scikit-learn on the same numbers.

import ArgumentParser
import Digests
import Foundation
import Arithmetic
import Scores
import Constraints

struct ConstraintsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constraints",
        abstract: "Marginals, assignment and log loss against numpy, scipy and scikit-learn.")

    @Option(help: "A Python with numpy, scipy and scikit-learn; `ablate doctor` names ablate's own.") var python =
        "python3"
    @Option(help: "Groups of seven rows.") var groups = 2_000
    @Flag(help: "Write one JSON document.") var json = false

    func run() throws {
        let classes = 7
        var source = RandomSource(seed: 1)
        let values = (0..<groups * classes * classes).map { _ in Double(source.next(below: 1_000_000) + 1) / 1e6 }
        let matrix = try ProbabilityMatrix(values: values, classCount: classes).normalised()
        let grouping = RowGrouping(ids: (0..<groups * classes).map { $0 / classes })
        let labels = (0..<groups * classes).map { $0 % classes }
        let peers = try peers(of: matrix)
        var marginals = try PermutationMarginals(labels: classes)
        var assignment = Assignment(labels: classes, objective: .probability)
        let parts = (0..<groups).map { matrix.selecting(rows: grouping[$0]) }
        let measurements = [
            Measurement(
                name: "permutation marginals, per group",
                seconds: try best { _ = try marginals.marginals(of: matrix, groups: grouping) } / Double(groups),
                peer: "numpy", peerSeconds: peers["marginals"]),
            Measurement(
                name: "linear assignment, per group",
                seconds: best { for part in parts { _ = assignment.labels(of: part) } } / Double(groups), peer: "scipy",
                peerSeconds: peers["assignment"]),
            Measurement(
                name: "log loss, per row",
                seconds: best { _ = LogLoss.mean(matrix, labels: labels) } / Double(labels.count), peer: "scikit-learn",
                peerSeconds: peers["log-loss"]),
        ]
        let method = MarginalsMethod()
        let own: [(name: String, value: Double, unit: String)] =
            [
                ("marginals, largest difference from the sum over 5,040 permutations", try Self.error(parts[0]), ""),
                (
                    "temperature fit over 568 groups",
                    try best { _ = try Self.fit(method, 568, matrix, labels, grouping) } * 1e3,
                    "ms"
                ),
            ] + (try Scaling(values: values, classes: classes).measurements())
        if json {
            let document: JSON = [
                "schema_version": 1, "groups": .integer(groups), "measurements": .array(measurements.map(\.json)),
                "own": .array(
                    own.map { ["name": .string($0.name), "value": .number($0.value), "unit": .string($0.unit)] }),
            ]
            print(document.text(.indented))
        } else {
            for measurement in measurements { print(measurement.line) }
            for (name, value, unit) in own { print("\(name): \(String(format: "%.3g", value)) \(unit)") }
        }
    }

    /// The exponent that fits the first groups best.
    private static func fit(
        _ method: MarginalsMethod, _ count: Int, _ matrix: ProbabilityMatrix, _ labels: [Int], _ grouping: RowGrouping
    ) throws -> [Double] {
        let rows = (0..<count).flatMap { Array(grouping[$0]) }
        let (part, own) = (matrix.selecting(rows: rows), RowGrouping(ids: rows.map { grouping.groupOfRow[$0] }))
        let truth = rows.map { labels[$0] }
        return try method.fit { values throws(GroupError) in
            LogLoss.mean(try method.predictions(of: part, groups: own, values: values), labels: truth)
        }
    }

    /// How far the marginals of one square group are from their definition.
    private static func error(_ group: ProbabilityMatrix) throws -> Double {
        let count = group.classCount
        var sums = [Double](repeating: 0, count: count * count)
        var chosen: [Int] = []
        func place(_ weight: Double) {
            let row = chosen.count
            guard row < count else {
                for (row, label) in chosen.enumerated() { sums[row * count + label] += weight }
                return
            }
            for label in 0..<count where !chosen.contains(label) {
                chosen.append(label)
                place(weight * group[row, label])
                chosen.removeLast()
            }
        }
        place(1)
        let total = sums[..<count].reduce(0, +)
        let result = try MarginalsMethod().predictions(
            of: group, groups: RowGrouping(ids: [Int](repeating: 0, count: count)), values: [0])
        return zip(sums, result.values).map { abs($0 / total - $1) }.max() ?? 0
    }

    /// Seconds for one item, by the peer's own script; empty where that Python lacks the libraries.
    private func peers(of matrix: ProbabilityMatrix) throws -> [String: Double] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ablate-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = folder.appending(path: "values")
        try matrix.values.withUnsafeBytes { Data($0) }.write(to: data)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, "-c", Self.script, data.path]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (try? JSON(parsing: text))?.object?.compactMapValues(\.number) ?? [:]
    }

    /// The same work as a Python user would write it: numpy over all groups at once, scipy and scikit-learn as they are.
    private static let script = """
        import json, sys, time
        import numpy as np
        from scipy.optimize import linear_sum_assignment
        from sklearn.metrics import log_loss
        P = np.fromfile(sys.argv[1]).reshape(-1, 7, 7)
        Y = np.tile(np.arange(7), len(P))
        def best(f):
            times = []
            for _ in range(7):
                start = time.perf_counter(); f(); times.append(time.perf_counter() - start)
            return min(times)
        def marginals():
            n, G = 7, len(P)
            F = np.zeros((1 << n, G)); B = np.zeros((1 << n, G)); F[0] = 1; B[-1] = 1
            for mask in range(1 << n):
                row = mask.bit_count()
                for label in range(n):
                    if not mask >> label & 1: F[mask | 1 << label] += F[mask] * P[:, row, label]
            for mask in range((1 << n) - 2, -1, -1):
                row = mask.bit_count()
                for label in range(n):
                    if not mask >> label & 1: B[mask] += B[mask | 1 << label] * P[:, row, label]
            M = np.zeros_like(P)
            for mask in range((1 << n) - 1):
                row = mask.bit_count()
                for label in range(n):
                    if not mask >> label & 1: M[:, row, label] += F[mask] * P[:, row, label] * B[mask | 1 << label]
            return M / B[0][:, None, None]
        print(json.dumps({
            "marginals": best(marginals) / len(P),
            "assignment": best(lambda: [linear_sum_assignment(-p) for p in P]) / len(P),
            "log-loss": best(lambda: log_loss(Y, P.reshape(-1, 7))) / len(Y),
        }))
        """
}
