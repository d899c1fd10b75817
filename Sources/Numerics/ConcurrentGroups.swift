// The same work on groups, shared out among the processor's cores. Knows no method in particular.

/// Groups that are worked on together: seven rows of seven classes each make 200 kB.
private let pieceSize = 512

extension GroupMethod {
    /// As ``predictions(of:groups:values:)``, the groups shared out among `cores` threads. The result is the same.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double], cores: Int
    ) throws(GroupError) -> ProbabilityMatrix {
        guard groups.rowCount == matrix.rowCount, groups.count > max(cores * 8, 1) else {
            return try predictions(of: matrix, groups: groups, values: values)
        }
        let classes = matrix.classCount
        var failure: GroupError?
        let output = [Double](unsafeUninitializedCapacity: matrix.values.count) { output, count in
            nonisolated(unsafe) let output = output.baseAddress!
            let failures: [GroupError?] = Parallel.map(groups.count, parts: cores) { range in
                // In pieces that stay in a core's cache: memory is one, and would be waited for by all.
                for start in stride(from: range.lowerBound, to: range.upperBound, by: pieceSize) {
                    let (rows, own) = groups.part(start..<min(start + pieceSize, range.upperBound))
                    do throws(GroupError) {
                        let part = try predictions(of: matrix.selecting(rows: rows), groups: own, values: values)
                        part.copy(to: output, rows: rows)
                    } catch {
                        return error.counting(from: start)
                    }
                }
                return nil
            }
            failure = failures.lazy.compactMap(\.self).first
            // A grouping holds each of its rows once, so every cell has been written.
            count = failure == nil ? groups.rowCount * classes : 0
        }
        if let failure { throw failure }
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
