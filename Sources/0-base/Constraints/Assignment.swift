// The best one-to-one choice of a label for each row. Knows one group at a time and nothing of labels' names.

internal import Arithmetic
package import Scores

/// Linear assignment: each row of a group is given a label of its own so that the chosen sum is largest.
///
/// Rectangular, m rows <= n labels, by shortest augmenting paths with dual potentials (Jonker and Volgenant 1987;
/// Crouse 2016), O(m m n). One value of this type owns the buffers for every group up to its size, so a call
/// allocates only the answer. Where several choices are equally good it returns one of them, always the same.
package struct Assignment: ~Copyable {
    /// What the chosen cells' sum is made of.
    package enum Objective: Sendable {
        /// The probabilities: the expected number of right rows.
        case probability
        /// Their logarithms (floored at 1e-300): the most probable choice as a whole. Usually the better one.
        case logProbability
    }

    private let objective: Objective
    private let labelCapacity: Int
    /// Costs, rows x labels, row-major.
    private let cost: UnsafeMutablePointer<Double>
    /// Dual potentials of rows, then of labels.
    private let rowPotential: UnsafeMutablePointer<Double>
    private let labelPotential: UnsafeMutablePointer<Double>
    /// Reduced length of the shortest path to each label so far.
    private let distance: UnsafeMutablePointer<Double>
    /// The row of each label, -1 for none; the label before each label on its path, -1 for the path's start.
    private let rowOfLabel: UnsafeMutablePointer<Int>
    private let labelBefore: UnsafeMutablePointer<Int>
    private let isDone: UnsafeMutablePointer<Bool>

    /// Buffers for groups of at most `labels` labels.
    package init(labels: Int, objective: Objective) {
        precondition(labels >= 1, "there is a label")
        self.objective = objective
        labelCapacity = labels
        cost = .allocate(capacity: labels * labels)
        rowPotential = .allocate(capacity: labels)
        labelPotential = .allocate(capacity: labels)
        distance = .allocate(capacity: labels)
        rowOfLabel = .allocate(capacity: labels)
        labelBefore = .allocate(capacity: labels)
        isDone = .allocate(capacity: labels)
    }

    deinit {
        cost.deallocate()
        rowPotential.deallocate()
        labelPotential.deallocate()
        distance.deallocate()
        rowOfLabel.deallocate()
        labelBefore.deallocate()
        isDone.deallocate()
    }

    /// The label of each row of `group`, all different.
    ///
    /// - Parameter group: m x n probabilities with m <= n <= the capacity (preconditions).
    package mutating func labels(of group: ProbabilityMatrix) -> [Int] {
        group.values.withUnsafeBufferPointer { values in
            var chosen = [Int](repeating: 0, count: group.rowCount)
            chosen.withUnsafeMutableBufferPointer { chosen in
                solve(values, rows: group.rowCount, labels: group.classCount, into: chosen)
            }
            return chosen
        }
    }

    /// As ``labels(of:)``, without any allocation: `values` are rows x labels, `chosen` gets one label for each row.
    package mutating func solve(
        _ values: UnsafeBufferPointer<Double>, rows: Int, labels: Int,
        into chosen: UnsafeMutableBufferPointer<Int>
    ) {
        precondition(rows <= labels && labels <= labelCapacity, "each row can have a label of its own")
        precondition(values.count >= rows * labels && chosen.count >= rows)
        for index in 0..<rows * labels {
            switch objective {
            case .probability: cost[index] = -values[index]
            case .logProbability: cost[index] = -Elementary.logarithm(max(values[index], 1e-300))
            }
        }
        rowPotential.update(repeating: 0, count: rows)
        labelPotential.update(repeating: 0, count: labels)
        rowOfLabel.update(repeating: -1, count: labels)
        // Most rows can simply have their best label; the others move them along.
        for row in 0..<rows where !takeCheapest(row, labels: labels) { augment(from: row, labels: labels) }
        for label in 0..<labels where rowOfLabel[label] >= 0 { chosen[rowOfLabel[label]] = label }
    }

    /// Gives `row` the label of least reduced cost if no row has it yet; false if one has.
    @inline(__always)
    private func takeCheapest(_ row: Int, labels: Int) -> Bool {
        let costs = cost + row * labels
        var nearest = 0
        var least = costs[0] - labelPotential[0]
        for label in 1..<max(labels, 1) where costs[label] - labelPotential[label] < least {
            least = costs[label] - labelPotential[label]
            nearest = label
        }
        rowPotential[row] = least
        guard rowOfLabel[nearest] < 0 else { return false }
        rowOfLabel[nearest] = row
        return true
    }

    /// Gives `start` a label, moving earlier rows along the cheapest path of reassignments.
    @inline(__always)
    private func augment(from start: Int, labels: Int) {
        distance.update(repeating: .infinity, count: labels)
        isDone.update(repeating: false, count: labels)
        var row = start
        var last = -1
        var length = 0.0
        while true {
            // Paths that go on from `row`, whose reduced distance from the start is `length`.
            let costs = cost + row * labels
            let base = length - rowPotential[row]
            var nearest = -1
            var shortest = Double.infinity
            for label in 0..<labels where !isDone[label] {
                let candidate = base + costs[label] - labelPotential[label]
                if candidate < distance[label] {
                    distance[label] = candidate
                    labelBefore[label] = last
                }
                if distance[label] < shortest {
                    shortest = distance[label]
                    nearest = label
                }
            }
            length = shortest
            last = nearest
            isDone[nearest] = true
            if rowOfLabel[nearest] < 0 { break }
            row = rowOfLabel[nearest]
        }
        // Potentials keep every reduced cost non-negative and that of chosen cells zero.
        rowPotential[start] += length
        for label in 0..<labels where isDone[label] && label != last {
            let slack = length - distance[label]
            rowPotential[rowOfLabel[label]] += slack
            labelPotential[label] -= slack
        }
        var label = last
        while label >= 0 {
            let before = labelBefore[label]
            rowOfLabel[label] = before >= 0 ? rowOfLabel[before] : start
            label = before
        }
    }
}
