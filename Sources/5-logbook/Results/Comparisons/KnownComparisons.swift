// Comparisons that were worked out before, by the contents that they compare. Knows no verdicts.

internal import Digests
internal import Statistics
internal import Storage
internal import Synchronization

/// What two evaluations' comparison gave, kept beside the store's index: an unchanged one is not computed again. It holds for the
/// contents of both evaluations and of their rows, and for one version of the method.
final class KnownComparisons: Sendable {
    /// What comparisons of equal shape share.
    let draws = Pairing.draws
    private let store: Store?
    private let known: [Digest: [Double]]
    private let used = Mutex<(rows: [Digest: [Double]], hasNew: Bool)>(([:], false))

    /// Another way of comparing is another version: what the earlier one gave is not used then.
    private static let method = "comparisons-2"
    private static let width = 13
    /// What is not asked for any more is kept up to so many, for recipes that share a store.
    private static let most = 100_000

    /// Without a store everything is worked out.
    init(_ store: Store?) {
        self.store = store
        known = store?.derivedNumbers(Self.method, width: Self.width) ?? [:]
    }

    /// The key of what is worked out of these contents, in this way; nil where one of them is not known.
    static func key(_ way: String, of contents: [Digest?]) -> Digest? {
        let known = contents.compactMap { $0 }
        guard known.count == contents.count else { return nil }
        return Digest(of: ([way] + known.map(\.description)).joined(separator: "\n"))
    }

    /// The comparison with the key, worked out where it is not known. Nil where `make` gives none.
    func comparison(_ key: Digest?, smallestEffect: Double?, make: () -> Comparison?) -> Comparison? {
        if let numbers = found(key) { return Self.comparison(numbers, smallestEffect) }
        guard let made = make() else { return nil }
        remember(Self.numbers(made), key)
        return made
    }

    /// The same for a mean with its 95 % interval alone.
    func interval(_ key: Digest?, make: () -> PairedBootstrap) -> (mean: Double, interval: ClosedRange<Double>) {
        if let numbers = found(key) { return (numbers[0], numbers[1]...max(numbers[1], numbers[2])) }
        let made = make()
        let interval = made.interval(level: 0.95)
        remember(
            [made.mean, interval.lowerBound, interval.upperBound] + [Double](repeating: 0, count: Self.width - 3), key)
        return (made.mean, interval)
    }

    /// Keeps what was worked out. Nothing is written where nothing is new.
    func save() {
        guard let store else { return }
        let rows = used.withLock { used -> [Digest: [Double]]? in
            guard used.hasNew else { return nil }
            used.hasNew = false
            return used.rows
        }
        guard let rows else { return }
        store.remember(
            known.count + rows.count > Self.most ? rows : known.merging(rows) { $1 }, width: Self.width,
            as: Self.method)
    }

    private func found(_ key: Digest?) -> [Double]? {
        guard let key else { return nil }
        return used.withLock { used in
            guard let numbers = used.rows[key] ?? known[key] else { return nil }
            used.rows[key] = numbers
            return numbers
        }
    }

    private func remember(_ numbers: [Double], _ key: Digest?) {
        guard let key else { return }
        used.withLock { used in
            used.rows[key] = numbers
            used.hasNew = true
        }
    }

    private static func numbers(_ comparison: Comparison) -> [Double] {
        let (whole, narrow, test) = (comparison.interval, comparison.equivalenceInterval, comparison.test)
        return [
            comparison.difference, whole.lowerBound, whole.upperBound, narrow.lowerBound, narrow.upperBound,
            test == nil ? 0 : 1, test?.mean ?? 0, Double(test?.seeds ?? 0), Double(test?.groups ?? 0), test?.fixed ?? 0,
            test?.fixedDegrees ?? 0, test?.seed ?? -1, test?.seedDegrees ?? 0,
        ]
    }

    private static func comparison(_ numbers: [Double], _ smallestEffect: Double?) -> Comparison {
        let test =
            numbers[5] == 0
            ? nil
            : PairedTest(
                mean: numbers[6], seeds: Int(numbers[7]), groups: Int(numbers[8]), fixed: numbers[9],
                fixedDegrees: numbers[10], seed: numbers[11] < 0 ? nil : numbers[11], seedDegrees: numbers[12])
        return Comparison(
            difference: numbers[0], interval: numbers[1]...numbers[2], equivalenceInterval: numbers[3]...numbers[4],
            test: test, smallestEffect: smallestEffect)
    }
}
