// The same work on groups, shared out among the processor's cores. Knows no method in particular.

internal import Dispatch

/// Shares work out among cores.
enum Parallel {
    /// The results of `body` for `parts` ranges that cover `0..<count`, in their order; each range on a thread of its own.
    static func map<Result: Sendable>(
        _ count: Int, parts: Int, _ body: @Sendable (Range<Int>) -> Result
    ) -> [Result] {
        let parts = max(min(parts, count), 1)
        var results = [Result?](repeating: nil, count: parts)
        results.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let buffer = buffer
            DispatchQueue.concurrentPerform(iterations: parts) { part in
                buffer[part] = body(count * part / parts..<count * (part + 1) / parts)
            }
        }
        return results.map { $0! }
    }
}

extension GroupMethod {
    /// As ``predictions(of:groups:values:)``, the groups shared out among `cores` threads. The result is the same.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double], cores: Int
    ) throws(GroupError) -> ProbabilityMatrix {
        guard cores > 1, groups.count > cores * 8, groups.rowCount == matrix.rowCount else {
            return try predictions(of: matrix, groups: groups, values: values)
        }
        typealias Part = Result<(rows: [Int], matrix: ProbabilityMatrix), GroupError>
        let parts: [Part] = Parallel.map(groups.count, parts: cores) { range in
            let rows = range.flatMap { Array(groups[$0]) }
            let own = RowGrouping(sizes: range.map { groups.size(of: $0) })
            do throws(GroupError) {
                return .success((rows, try predictions(of: matrix.selecting(rows: rows), groups: own, values: values)))
            } catch {
                return .failure(error.counting(from: range.lowerBound))
            }
        }
        let classes = matrix.classCount
        var output = [Double](repeating: 0, count: matrix.values.count)
        for part in parts {
            let (rows, predicted) = try part.get()
            for (index, row) in rows.enumerated() {
                for label in 0..<classes { output[row * classes + label] = predicted.values[index * classes + label] }
            }
        }
        return ProbabilityMatrix(trusted: output, classCount: classes)
    }
}

extension GroupError {
    /// The error of a part of the groups, told of all.
    fileprivate func counting(from first: Int) -> GroupError {
        guard case .tooManyRows(let group, let rows, let labels) = self else { return self }
        return .tooManyRows(group: group + first, rows: rows, labels: labels)
    }
}

extension LogLoss {
    /// As ``mean(_:labels:weights:floor:)`` without weights, the rows shared out among `cores` threads.
    package static func mean(
        _ matrix: ProbabilityMatrix, labels: [Int], cores: Int, floor: Double = LogLoss.floor
    ) -> Double {
        precondition(labels.count == matrix.rowCount, "one label for each row")
        let sums = Parallel.map(labels.count, parts: cores) { sum(matrix, labels: labels, rows: $0, floor: floor) }
        return sums.reduce(0, +) / Double(labels.count)
    }
}
