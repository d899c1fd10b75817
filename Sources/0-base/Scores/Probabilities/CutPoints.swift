// Ordered classes on a line: their mean, and cut points that part the line among them. Knows no files and no folds.

extension ProbabilityMatrix {
    /// The mean of each row's classes, counted from zero.
    package var meanLabels: [Double] {
        (0..<rowCount).map { row in
            let own = self[row: row]
            let sum = own.reduce(0, +)
            return own.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / sum
        }
    }

    /// The class that is nearest to each row's mean; of two the higher.
    package var nearestLabels: [Int] {
        meanLabels.map { min(classCount - 1, max(0, Int(($0 + 0.5).rounded(.down)))) }
    }

    /// Each number shared by the two classes that it lies between, so that it is their mean.
    package init(meanLabels: [Double], classCount: Int) {
        var values = [Double](repeating: 0, count: meanLabels.count * classCount)
        for (row, mean) in meanLabels.enumerated() {
            let place = min(Double(classCount - 1), max(0, mean))
            let lower = min(max(classCount - 2, 0), Int(place))
            values[row * classCount + lower] = 1 - (place - Double(lower))
            if classCount > 1 { values[row * classCount + lower + 1] = place - Double(lower) }
        }
        self.init(trusted: values, classCount: classCount)
    }
}

/// Where a line of ordered classes is cut, so that rows between two cuts are of one class.
package struct CutPoints: Equatable, Sendable {
    /// One fewer than there are classes, ascending.
    package let cuts: [Double]

    /// - Parameter cuts: ascending (a precondition).
    package init(_ cuts: [Double]) {
        precondition(zip(cuts, cuts.dropFirst()).allSatisfy { $0 <= $1 }, "ascending")
        self.cuts = cuts
    }

    /// The cuts with the best quadratic kappa: each in turn is put where it is best, until none moves; begun halfway between the
    /// classes, and where the rows of each class would have the share that they have, and the better of the two.
    ///
    /// - Parameters:
    ///   - places: a number for each row, such as the mean of its classes.
    ///   - labels: the true class of each row; as many (a precondition).
    ///   - weights: one non-negative weight for each row; nil weighs all alike.
    package init(fitting places: [Double], labels: [Int], weights: [Double]?, classes: Int) {
        precondition(places.count == labels.count, "a class for each row")
        let line = Line(places: places, labels: labels, weights: weights, classes: classes)
        let starts = [line.bounds(of: (1..<classes).map { Double($0) - 0.5 }), line.boundsByShare]
        let found = starts.map(line.climbed)
        let best = found[1].kappa > found[0].kappa + 1e-12 ? found[1] : found[0]
        cuts = line.cuts(best.bounds)
    }

    /// A number moved so that the classes' cuts lie halfway between them: of what lies amid two cuts the class is the nearest.
    package func moved(_ place: Double) -> Double {
        let top = Double(cuts.count)
        // Away from the edges by a little, so that single precision cannot take a row across.
        func within(_ lower: Double, _ share: Double, _ width: Double) -> Double {
            lower + width * (0.001 + 0.998 * min(1, max(0, share)))
        }
        guard let first = cuts.first, let last = cuts.last else { return 0 }
        if place < first { return first > 0 ? within(0, place / first, 0.5) : 0.25 }
        if place >= last { return top > last ? within(top - 0.5, (place - last) / (top - last), 0.5) : top }
        let index = cuts.lastIndex { $0 <= place } ?? 0
        let width = cuts[index + 1] - cuts[index]
        return within(Double(index) + 0.5, (place - cuts[index]) / width, 1)
    }
}

/// Rows in the order of their places, and what cuts between them are worth.
private struct Line {
    private let places: [Double]
    private let labels: [Double]
    private let weights: [Double]
    private let classes: Int
    /// Sums over rows of weights, of true classes and of their squares.
    private let total, truth, truths: Double

    init(places: [Double], labels: [Int], weights: [Double]?, classes: Int) {
        let order = places.indices.filter { (weights?[$0] ?? 1) > 0 }.sorted { (places[$0], $0) < (places[$1], $1) }
        self.places = order.map { places[$0] }
        self.labels = order.map { Double(labels[$0]) }
        self.weights = order.map { weights?[$0] ?? 1 }
        self.classes = classes
        total = self.weights.reduce(0, +)
        truth = zip(self.weights, self.labels).reduce(0) { $0 + $1.0 * $1.1 }
        truths = zip(self.weights, self.labels).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    }

    /// How many rows lie below each cut.
    func bounds(of cuts: [Double]) -> [Int] { cuts.map { cut in places.firstIndex { $0 >= cut } ?? places.count } }

    /// Bounds that give each class the share of the rows that it has.
    var boundsByShare: [Int] {
        var bounds: [Int] = []
        var (row, below, wanted) = (0, 0.0, 0.0)
        for label in 0..<classes - 1 {
            wanted += zip(weights, labels).reduce(0) { $0 + ($1.1 == Double(label) ? $1.0 : 0) }
            while row < places.count, below + weights[row] <= wanted + 1e-9 {
                below += weights[row]
                row += 1
            }
            // Rows of one place stay together.
            while row > 0, row < places.count, places[row] == places[row - 1] {
                row -= 1
                below -= weights[row]
            }
            bounds.append(max(row, bounds.last ?? 0))
        }
        return bounds
    }

    /// Halfway between the rows on both sides of each bound.
    func cuts(_ bounds: [Int]) -> [Double] {
        bounds.map { bound in
            guard let first = places.first, let last = places.last else { return 0 }
            if bound == 0 { return first - 0.5 }
            return bound == places.count ? last + 0.5 : (places[bound - 1] + places[bound]) / 2
        }
    }

    private struct Sums {
        var errors = 0.0, guess = 0.0, guesses = 0.0
    }

    private func kappa(_ sums: Sums) -> Double {
        let apart = truths + sums.guesses - 2 * truth * sums.guess / total
        return apart > 1e-12 * (truths + sums.guesses) ? 1 - sums.errors / apart : -.infinity
    }

    private func sums(_ bounds: [Int]) -> Sums {
        var sums = Sums()
        var label = 0
        for row in places.indices {
            while label < bounds.count, row >= bounds[label] { label += 1 }
            let guess = Double(label)
            sums.errors += weights[row] * (labels[row] - guess) * (labels[row] - guess)
            sums.guess += weights[row] * guess
            sums.guesses += weights[row] * guess * guess
        }
        return sums
    }

    /// The bounds once no single one can be moved to a better kappa.
    func climbed(_ start: [Int]) -> (bounds: [Int], kappa: Double) {
        var bounds = start
        var best = kappa(sums(bounds))
        for _ in 0..<50 {
            var moves = false
            for index in bounds.indices {
                let (lower, upper) = (
                    index == 0 ? 0 : bounds[index - 1], index + 1 < bounds.count ? bounds[index + 1] : places.count
                )
                var tried = bounds
                tried[index] = lower
                var own = sums(tried)
                let (below, above) = (Double(index), Double(index + 1))
                for bound in lower...upper {
                    if bound > lower {
                        let row = bound - 1
                        let (low, high) = (labels[row] - below, labels[row] - above)
                        own.errors += weights[row] * (low * low - high * high)
                        own.guess -= weights[row]
                        own.guesses += weights[row] * (below * below - above * above)
                    }
                    let isEdge = bound == 0 || bound == places.count || places[bound] != places[bound - 1]
                    let value = kappa(own)
                    if isEdge, value > best + 1e-12 {
                        (best, bounds[index], moves) = (value, bound, true)
                    }
                }
            }
            if !moves { break }
        }
        return (bounds, best)
    }
}
