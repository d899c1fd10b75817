// A method applied to groups, shared out among the processor's cores. Knows no method in particular.

internal import Arithmetic
package import Scores

/// Groups that are worked on together. Seven rows of seven classes each make 200 kB: a piece stays in a core's cache, for
/// memory is one, and would be waited for by all.
let groupsOfPiece = 512

extension GroupMethod {
    /// As ``predictions(of:groups:values:)``, the groups shared out among cores. The result is the same.
    ///
    /// - Parameter cores: 1 for this thread alone; else all there are.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double], cores: Int
    ) throws(GroupError) -> ProbabilityMatrix {
        guard groups.rowCount == matrix.rowCount, groups.count > groupsOfPiece else {
            return try predictions(of: matrix, groups: groups, values: values)
        }
        var failure: GroupError?
        let output = [Double](unsafeUninitializedCapacity: matrix.values.count) { output, count in
            nonisolated(unsafe) let output = output.baseAddress!
            let failures = Parallel.map(groups.count, inRangesOf: groupsOfPiece, cores: cores) { range -> GroupError? in
                if Cancellation.isRequested { return .cancelled }
                let (rows, own) = groups.part(range)
                do throws(GroupError) {
                    let part = try predictions(of: matrix.selecting(rows: rows), groups: own, values: values)
                    part.copy(to: output, rows: rows)
                    return nil
                } catch {
                    return error.counting(from: range.lowerBound)
                }
            }
            failure = failures.lazy.compactMap(\.self).first
            // A grouping holds each of its rows once, so every cell has been written.
            count = failure == nil ? matrix.values.count : 0
        }
        if let failure { throw failure }
        return ProbabilityMatrix(trusted: output, classCount: matrix.classCount)
    }
}

extension GroupError {
    /// The error of a part of the groups, told of all.
    func counting(from first: Int) -> GroupError {
        guard case .tooManyRows(let group, let rows, let labels) = self else { return self }
        return .tooManyRows(group: group + first, rows: rows, labels: labels)
    }
}
