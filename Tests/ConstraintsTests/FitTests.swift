import Testing

@testable import Arithmetic
@testable import Scores
@testable import Constraints

@Suite struct FitTests {
    struct Fit: Decodable {
        struct Answer: Decodable {
            let foldParameters: [Double]
            let parameter: Double
            let loss: Double
            let firstGroup: [Double]
        }
        let labels: Int
        let values: [Double]
        let truth: [Int]
        let folds: [Int]
        let foldCount: Int
        let lossBefore: Double
        let methods: [String: Answer]
    }

    @Test(arguments: ["marginals", "temperature", "blend", "published", "sinkhorn"])
    func crossFitsAreThoseOfScipy(name: String) throws {
        let peer: Fit = try golden("crossfit")
        let methods: [String: any GroupMethod] = [
            "marginals": MarginalsMethod(), "temperature": TemperatureMethod(),
            "blend": AssignmentBlendMethod(),
            "published": PublishedRuleMethod(), "sinkhorn": SinkhornMethod(),
        ]
        let method = try #require(methods[name])
        let answer = try #require(peer.methods[name])
        let matrix = try ProbabilityMatrix(values: peer.values, classCount: peer.labels)
        let groups = RowGrouping(ids: peer.truth.indices.map { $0 / peer.labels })
        let fit = try CrossFit(
            method, matrix: matrix, labels: peer.truth, groups: groups, folds: peer.folds,
            foldCount: peer.foldCount)
        // A method with nothing to fit has no values, where the peer has zeros.
        let own =
            method.coefficients.isEmpty
            ? [Double](repeating: 0, count: 4) : (fit.foldValues + [fit.values]).flatMap(\.self)
        expectClose(own, answer.foldParameters + [answer.parameter], within: 1e-6)
        expectClose([fit.loss, fit.lossBefore], [answer.loss, peer.lossBefore], within: 1e-8)
        expectClose(
            Array(fit.predictions.values[..<answer.firstGroup.count]), answer.firstGroup, within: 1e-6)
    }

    @Test func noFoldSeesItsOwnLabels() throws {
        let peer: Fit = try golden("crossfit")
        let matrix = try ProbabilityMatrix(values: peer.values, classCount: peer.labels)
        let groups = RowGrouping(ids: peer.truth.indices.map { $0 / peer.labels })
        func fit(_ truth: [Int]) throws -> CrossFit {
            try CrossFit(
                MarginalsMethod(), matrix: matrix, labels: truth, groups: groups, folds: peer.folds,
                foldCount: 3)
        }
        let before = try fit(peer.truth)
        // Other labels in fold 0 change the parameters of the others, and nothing of its own.
        let changed = peer.truth.indices.map { row in
            peer.folds[row / peer.labels] == 0 ? (peer.truth[row] + 1) % peer.labels : peer.truth[row]
        }
        let after = try fit(changed)
        #expect(after.foldValues[0] == before.foldValues[0])
        #expect(after.foldValues[1] != before.foldValues[1])
        for row in peer.truth.indices where peer.folds[row / peer.labels] == 0 {
            #expect(after.predictions[row: row] == before.predictions[row: row])
        }
    }

    @Test func aFoldWithoutGroupsIsRefused() throws {
        let matrix = try ProbabilityMatrix(values: [0.5, 0.5, 0.5, 0.5], classCount: 2)
        #expect(throws: GroupError.emptyFold(1)) {
            try CrossFit(
                MarginalsMethod(), matrix: matrix, labels: [0, 1], groups: RowGrouping(ids: [0, 1]),
                folds: [0, 2], foldCount: 3)
        }
    }

    @Test func rowsOfWeightZeroDoNotCount() throws {
        let peer: Fit = try golden("crossfit")
        let matrix = try ProbabilityMatrix(values: peer.values, classCount: peer.labels)
        let groups = RowGrouping(ids: peer.truth.indices.map { $0 / peer.labels })
        let weights = peer.truth.indices.map { $0 % 3 == 0 ? 0.0 : 1 }
        let wrong = peer.truth.indices.map {
            $0 % 3 == 0 ? (peer.truth[$0] + 1) % peer.labels : peer.truth[$0]
        }
        let fits = try [peer.truth, wrong].map {
            try CrossFit(
                MarginalsMethod(), matrix: matrix, labels: $0, groups: groups, folds: peer.folds,
                foldCount: 3,
                weights: weights)
        }
        #expect(fits[0] == fits[1])
    }
}
