// Averages beside numpy and scipy (Goldens/averages.py).

import Testing

@testable import Scores

@Suite struct AveragingTests {
    struct Peer: Decodable {
        struct Scale: Decodable {
            let equal: [Double]
            let given: [Double]
            let greedy: [Double]
            let bestLoss: Double?
        }
        let members: [[Double]]
        let labels: [Int]
        let weights: [Double]
        let folds: [Int]
        let foldCount: Int
        let classes: Int
        let given: [Double]
        let scales: [String: Scale]

        func members(_ scale: AveragingScale) throws -> AveragingMembers {
            AveragingMembers(
                try members.map { try ProbabilityMatrix(values: $0, classCount: classes) }, scale: scale)
        }
    }

    private func peer() throws -> Peer { try golden("averages") }

    @Test(arguments: AveragingScale.allCases)
    func meansAreThoseOfScipy(scale: AveragingScale) throws {
        let peer = try peer()
        let wanted = try #require(peer.scales[scale.rawValue])
        let members = try peer.members(scale)
        let equal = [Double](repeating: 1, count: members.count)
        expectClose(members.mean(weights: equal).values, wanted.equal, within: 1e-12)
        expectClose(members.mean(weights: peer.given).values, wanted.given, within: 1e-12)
    }

    @Test(arguments: [AveragingScale.probabilities, .geometric])
    func noWeightsOfScipyAreBetter(scale: AveragingScale) throws {
        let peer = try peer()
        let members = try peer.members(scale)
        let weights = try AveragingFit.simplex.weights(of: members, labels: peer.labels, rowWeights: peer.weights)
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
        #expect(weights.allSatisfy { $0 >= 0 })
        let loss = LogLoss.mean(members.mean(weights: weights), labels: peer.labels, weights: peer.weights)
        let best = try #require(peer.scales[scale.rawValue]?.bestLoss)
        #expect(loss <= best + 1e-7)
    }

    @Test(arguments: AveragingScale.allCases)
    func greedySelectionIsThatOfNumpy(scale: AveragingScale) throws {
        let peer = try peer()
        let weights = try AveragingFit.greedy.weights(
            of: try peer.members(scale), labels: peer.labels, rowWeights: peer.weights)
        expectClose(weights, try #require(peer.scales[scale.rawValue]).greedy, within: 1e-12)
    }

    @Test(arguments: AveragingFit.allCases)
    func aFoldsWeightsDoNotKnowItsLabels(fit: AveragingFit) throws {
        let peer = try peer()
        let members = try peer.members(.probabilities)
        func crossFit(_ labels: [Int]) throws -> AveragingCrossFit {
            try AveragingCrossFit(
                members, fit: fit, labels: labels, rowWeights: nil, folds: peer.folds, foldCount: peer.foldCount)
        }
        let honest = try crossFit(peer.labels)
        for fold in 0..<peer.foldCount {
            let changed = try crossFit(
                peer.labels.enumerated().map { peer.folds[$0] == fold ? ($1 + 1) % peer.classes : $1 })
            #expect(changed.foldWeights[fold] == honest.foldWeights[fold])
            #expect(changed.foldWeights[(fold + 1) % peer.foldCount] != honest.foldWeights[(fold + 1) % peer.foldCount])
            for row in peer.folds.indices where peer.folds[row] == fold {
                #expect(Array(changed.predictions[row: row]) == Array(honest.predictions[row: row]))
            }
        }
        #expect(try honest.weights == fit.weights(of: members, labels: peer.labels, rowWeights: nil))
    }
}
