// Which outlines have records, and how long steps took. Made of records, never of plans.

internal import Digests

/// The durations of all records, by outline and by kind.
struct RecordSummary: Sendable {
    struct Line: Sendable {
        let key: Digest
        let outline: Digest
        let kind: String
        let seconds: Double
    }

    private var byOutline: [Digest: [Double]] = [:]
    private var byKind: [String: [Double]] = [:]
    private var medians: [String: Double] = [:]

    init(of lines: [Line]) {
        for line in lines { add(line) }
    }

    mutating func add(_ record: IndexedRecord) { add(Line(record)) }

    private mutating func add(_ line: Line) {
        byOutline[line.outline, default: []].append(line.seconds)
        byKind[line.kind, default: []].append(line.seconds)
        medians[line.kind] = nil
    }

    func has(outline: Digest) -> Bool { byOutline[outline] != nil }

    /// The median of the records with this outline; of all of the kind where there is none; nil without any.
    mutating func medianSeconds(outline: Digest, kind: String) -> Double? {
        if let same = byOutline[outline] { return Self.median(same) }
        if let known = medians[kind] { return known }
        let median = byKind[kind].map(Self.median)
        medians[kind] = median
        return median
    }

    /// The median of values of which there is at least one.
    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension RecordSummary.Line {
    init(_ record: IndexedRecord) {
        self.init(key: record.key, outline: record.outline, kind: record.kind, seconds: record.seconds)
    }
}
