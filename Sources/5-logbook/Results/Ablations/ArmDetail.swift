// Where a variant differs from its baseline: by class, by length, row by row. Looks, and tests nothing.

internal import Digests
internal import Forecasts
internal import Formats
internal import Plans
internal import Recipes
internal import Storage

/// What the averaged out-of-fold predictions of a variant do otherwise than its baseline's.
package struct ArmDetail: Sendable {
    /// Rows that have something in common.
    package struct Slice: Sendable {
        package enum Rows: Sendable {
            case label(String)
            /// Characters of the answers.
            case lengths(ClosedRange<Int>)
            /// Whether baseline and variant leave tokens of them out.
            case cut(inBaseline: Bool, inVariant: Bool)
        }

        /// What the rows have in common.
        package let which: Rows
        package let rows: Int
        /// Mean of the baseline's loss less the variant's, each row with its weight.
        package let improvement: Double
        /// Share of the rows that are correct, the variant's less the baseline's.
        package let accuracy: Double
    }

    /// One row whose loss changed much.
    package struct Example: Sendable {
        package let row: Int
        package let improvement: Double
        /// The beginning of the row's answer; empty where its texts are not at hand.
        package let text: String
    }

    /// Rows that only the variant has right, and rows that only the baseline has right.
    package let fixed: Int
    package let broken: Int
    package let byClass: [Slice]
    package let byLength: [Slice]
    /// By who reads the row whole; empty where both do, and where it is not known.
    package let byTruncation: [Slice]
    /// For each true class, the share of its rows that is predicted as each class, the variant's less the baseline's.
    package let confusion: [[Double]]
    package let gained: [Example]
    package let lost: [Example]

    /// Nil where the two are not of the same rows.
    ///
    /// - Parameter cuts: of each row, whether baseline and variant leave tokens of it out.
    init?(
        baseline: Evaluation, variant: Evaluation, labels: [String], texts: RowTexts?,
        cuts: (baseline: [Bool], variant: [Bool])?
    ) {
        guard let (baseline, variant) = Evaluation.overlap(baseline, variant) else { return nil }
        let truth = baseline.labels
        guard !truth.isEmpty, truth == variant.labels, baseline.predicted.count == truth.count,
            variant.predicted.count == truth.count, let before = baseline.losses["average"],
            let after = variant.losses["average"], before.count == truth.count, after.count == truth.count
        else { return nil }
        let improvements = zip(before, after).map { $0 - $1 }
        let right = (
            zip(baseline.predicted, truth).map { $0 == $1 }, zip(variant.predicted, truth).map { $0 == $1 }
        )
        fixed = truth.indices.count { !right.0[$0] && right.1[$0] }
        broken = truth.indices.count { right.0[$0] && !right.1[$0] }
        let gains = truth.indices.map { (right.1[$0] ? 1.0 : 0) - (right.0[$0] ? 1.0 : 0) }
        // Means over the rows that count, each with its weight; nil where none of them does.
        func slice(_ which: Slice.Rows, _ rows: [Int]) -> Slice? {
            baseline.mean(improvements, over: rows).map {
                Slice(
                    which: which, rows: rows.count, improvement: $0, accuracy: baseline.mean(gains, over: rows) ?? 0)
            }
        }
        byClass = labels.indices.compactMap { label in
            let rows = truth.indices.filter { truth[$0] == label }
            return rows.isEmpty ? nil : slice(.label(labels[label]), rows)
        }
        // What is known of each row of the table, of those that are scored.
        let numbers = baseline.covered ?? Array(truth.indices)
        func own<Value>(_ values: [Value]) -> [Value]? {
            guard baseline.covered != nil else { return values.count == truth.count ? values : nil }
            return values.count > numbers.last ?? 0 ? numbers.map { values[$0] } : nil
        }
        let lengths = texts.flatMap { own($0.lengths) }
        byLength = lengths.map { Self.quarters($0).compactMap { slice(.lengths($0.lengths), $0.rows) } } ?? []
        byTruncation =
            cuts.map { cuts in
                guard let before = own(cuts.baseline), let after = own(cuts.variant) else { return [] }
                return [(false, false), (true, true), (true, false), (false, true)].compactMap {
                    inBaseline, inVariant in
                    let rows = truth.indices.filter { before[$0] == inBaseline && after[$0] == inVariant }
                    return rows.isEmpty ? nil : slice(.cut(inBaseline: inBaseline, inVariant: inVariant), rows)
                }
            } ?? []
        var counts = [Double](repeating: 0, count: labels.count)
        var moved = [[Double]](repeating: counts, count: labels.count)
        // Places in groups are no labels that could be confused.
        for row in truth.indices where !baseline.isOfGroups {
            counts[truth[row]] += 1
            moved[truth[row]][variant.predicted[row]] += 1
            moved[truth[row]][baseline.predicted[row]] -= 1
        }
        confusion = moved.indices.map { label in moved[label].map { counts[label] == 0 ? 0 : $0 / counts[label] } }
        let order = truth.indices.sorted { (improvements[$0], $0) < (improvements[$1], $1) }
        func examples(_ rows: some Sequence<Int>) -> [Example] {
            rows.map { row in
                let number = numbers[row]
                let text = lengths == nil ? nil : texts?.beginning(of: number)
                return Example(row: number, improvement: improvements[row], text: text ?? "")
            }
        }
        gained = examples(order.reversed().prefix(Self.exampleCount).filter { improvements[$0] > 0 })
        lost = examples(order.prefix(Self.exampleCount).filter { improvements[$0] < 0 })
    }

    private static let exampleCount = 3

    /// The rows in four parts of rising length, as even as equal lengths allow.
    private static func quarters(_ lengths: [Int]) -> [(lengths: ClosedRange<Int>, rows: [Int])] {
        let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        let bounds = (1...3).map { lengths[order[min(order.count - 1, order.count * $0 / 4)]] }
        let parts = Dictionary(grouping: lengths.indices) { row in bounds.count { lengths[row] >= $0 } }
        return parts.sorted { $0.key < $1.key }.map { _, rows in
            let own = rows.map { lengths[$0] }
            return (own.min()!...own.max()!, rows)
        }
    }
}

/// The texts of the training rows, as `ingest` wrote them.
struct RowTexts: Sendable {
    /// Characters of each row's answer, or of all its texts where none is the answer.
    let lengths: [Int]
    private let beginnings: [String]

    /// A longer table is not read: its lengths would cost more than all the rest of the logbook.
    private static let most = 32 << 20

    /// Nil where there are none, or too many. Errors: of texts that cannot be read.
    init?(of plan: Plan, _ entries: [Forecast.Entry], in store: Store) throws {
        let step =
            plan.steps.firstIndex { $0.body is JoinStep }
            ?? plan.steps.firstIndex { ($0.body as? IngestStep)?.role == .train }
        let ingest = plan.steps.lazy.compactMap { $0.body as? IngestStep }.first { $0.role == .train }
        guard let step, let ingest, let output = entries[step].record?.outputs["texts"],
            output.objects.reduce(0, { $0 + Int($1.size) }) <= Self.most
        else { return nil }
        let names = ingest.data.columns.texts.described
        var lengths: [Int] = []
        var beginnings: [String] = []
        for row in try StoredDocument.lines(of: output.digest, in: store, from: plan.steps[step].address) {
            let text = try names.map { try row.member($0).text }.joined(separator: "\n")
            lengths.append(text.unicodeScalars.count)
            beginnings.append(String(String.UnicodeScalarView(text.unicodeScalars.prefix(120))))
        }
        (self.lengths, self.beginnings) = (lengths, beginnings)
    }

    func beginning(of row: Int) -> String {
        beginnings[row] + (lengths[row] > beginnings[row].unicodeScalars.count ? "…" : "")
    }
}
