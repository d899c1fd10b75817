// What a second core is worth: the same work on one core and on all, in the same run.

import Scores
import Constraints

/// Groups over and over, so that there is enough to share out.
struct Scaling {
    private let matrix: ProbabilityMatrix
    private let groups: RowGrouping
    private let labels: [Int]
    private static let groupCount = 60_000

    init(values: [Double], classes: Int) throws {
        let cells = Self.groupCount * classes * classes
        matrix = try ProbabilityMatrix(
            values: (0..<cells).map { values[$0 % values.count] }, classCount: classes
        ).normalised()
        groups = RowGrouping(ids: (0..<Self.groupCount * classes).map { $0 / classes })
        labels = (0..<Self.groupCount * classes).map { $0 % classes }
    }

    /// How many times as fast each is on all cores as on one.
    func measurements() throws -> [(name: String, value: Double, unit: String)] {
        func gain(_ name: String, _ work: (Int) throws -> Void) throws -> (name: String, value: Double, unit: String) {
            let (one, all) = (try best(of: 5) { try work(1) }, try best(of: 5) { try work(.max) })
            return ("\(name), all cores against one", one / all, "times as fast")
        }
        let folds = (0..<Self.groupCount).map { $0 % 5 }
        return try [
            gain("marginals of \(Self.groupCount) groups") {
                _ = try MarginalsMethod().predictions(of: matrix, groups: groups, values: [0.1], cores: $0)
            },
            gain("assignment of \(Self.groupCount) groups") {
                _ = try PublishedRuleMethod().predictions(of: matrix, groups: groups, values: [], cores: $0)
            },
            gain("log loss of \(labels.count) rows") { _ = LogLoss.mean(matrix, labels: labels, cores: $0) },
            gain("cross-fitted marginals of \(Self.groupCount) groups") {
                _ = try CrossFit(
                    MarginalsMethod(), matrix: matrix, labels: labels, groups: groups, folds: folds, foldCount: 5,
                    cores: $0)
            },
        ]
    }
}
