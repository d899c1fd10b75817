// How sure predictions are of themselves: a fit to some holds for others only if both are made alike.

internal import Scores
internal import Words

/// The mean of each row's largest probability, with what chance in the choice of groups makes of it.
struct Sharpness {
    private let mean: Double
    private let standardError: Double

    /// Smaller differences do not move a temperature to speak of.
    private static let smallest = 0.02
    /// In standard errors; rarer by chance than once in ten thousand tables.
    private static let rare = 4.0

    init(_ matrix: ProbabilityMatrix, _ groups: RowGrouping) {
        let means = (0..<groups.count).map { group in
            let rows = groups[group]
            return rows.reduce(0) { $0 + (matrix[row: $1].max() ?? 0) } / Double(rows.count)
        }
        let count = Double(means.count)
        mean = means.reduce(0, +) / count
        let center = mean
        let variance = means.reduce(0) { $0 + ($1 - center) * ($1 - center) } / max(count - 1, 1)
        standardError = (variance / count).squareRoot()
    }

    typealias Table = (table: ProbabilityCSV, groups: RowGrouping)

    /// What is to be said where out-of-fold predictions and those that their fit is applied to are not alike; else nil.
    static func difference(between train: Table, and other: Table) -> String? {
        let (own, applied) = (Sharpness(train.table.matrix, train.groups), Sharpness(other.table.matrix, other.groups))
        let difference = applied.mean - own.mean
        let error = (own.standardError * own.standardError + applied.standardError * applied.standardError).squareRoot()
        guard abs(difference) > max(smallest, rare * error) else { return nil }
        return
            "\(other.table.name) is \(difference < 0 ? "less" : "more") sure of itself than \(train.table.name): its largest probabilities have the mean \(Format.percent(applied.mean, 1)), not \(Format.percent(own.mean, 1)). "
            + "Averages over more models are flatter; fit on out-of-fold predictions that are averaged over as many as these"
    }
}
