// Evaluations of one store, read back with what they were made of. Knows no scores.

internal import Digests
internal import Formats
internal import Host
internal import Plans
internal import Scores
internal import Storage
internal import Synchronization
internal import Targets

/// Reads evaluations of one store; the rows behind them once.
final class EvaluationReader: Sendable {
    private let store: Store
    private let made: [Record]
    private let known = Mutex<[Digest: Evaluation.Weights]>([:])

    /// - Parameter made: the records that are known already: what cannot be read is told by the name that it has there.
    init(_ store: Store, made: [Record] = []) { (self.store, self.made) = (store, made) }

    /// The address of the step that made this content, the first one if several did.
    private func maker(of content: Digest) -> String? {
        func address(in records: [Record]) -> String? {
            records.first { $0.outputs.values.contains { $0.digest == content } }?.address
        }
        return address(in: made) ?? (try? store.records()).flatMap(address)
    }

    /// What the step of this record scored; nil where it wrote no scores. Errors: of files that cannot be read or are not as they
    /// must be.
    func evaluation(of record: Record) throws -> Evaluation? {
        guard let output = record.outputs["evaluation"] else { return nil }
        let inputs = (try? Manifest(reading: record.manifest))?.inputs ?? [:]
        let (rows, store, address) = (inputs["rows"], store, record.address)
        let document = try StoredDocument.read(output.digest, in: store, from: address)
        // Which probabilities the other classes have, no evaluation says.
        let predictions = inputs.filter { EvaluateStep.isPredictions($0.key) }.sorted { $0.key < $1.key }.map(\.value)
        var identity = KnownComparisons.key("evaluation", of: [output.digest, rows])
        if try document.member(ifPresent: "metrics") != nil {
            identity = KnownComparisons.key("evaluation by probabilities", of: [identity] + predictions)
        }
        return try Evaluation(
            reading: document, weights: rows.map(weights) ?? .lost, identity: identity,
            probabilities: { seed in
                let parts = EvaluateStep.members(of: seed, among: inputs.keys)
                guard !parts.isEmpty else {
                    throw AblateError(.missing, "the record of \(address) names no predictions of \(seed)")
                }
                let classes = try document.member("classes").count
                let covered = try document.member(ifPresent: "covered")?.counts
                let choices =
                    try document.member(ifPresent: "of-groups") == nil
                    ? nil : rows.map { try self.choices(of: $0, standing: covered ?? []) }
                let target = choices == nil ? Target.classes(classes) : Target(.choice, width: 1)
                let read = try parts.map { name in
                    (
                        name: "\(address), \(name)",
                        predictions: try Predictions(
                            reading: store.content(of: inputs[name]!, from: self.maker(of: inputs[name]!) ?? address),
                            name: "\(address), \(name)", target: target)
                    )
                }
                let last = read.compactMap { $0.predictions.rows.last }.max() ?? 0
                let wanted = choices?.rows ?? covered
                let whole = try Predictions(
                    joining: read, covering: wanted == nil ? document.member("rows").count : last + 1, rows: wanted)
                if let choices { return try choices.groups.matrix(of: whole.values) }
                return try ProbabilityMatrix(values: whole.values, classCount: classes)
            })
    }

    /// The groups that some right rows stand for, and the numbers of all their rows, from what `ingest` wrote.
    private func choices(of rows: Digest, standing: [Int]) throws -> (groups: Choices, rows: [Int]) {
        let document = try StoredDocument.read(rows, in: store, from: "data/train/ingest")
        let groups = try document.member("groups").counts
        let truths = try document.member("numbers").elements.map { try $0.numbers.first ?? 0 }
        let scored = Set(standing.filter(groups.indices.contains).map { groups[$0] })
        let own = groups.indices.filter { scored.contains(groups[$0]) }
        guard truths.count == groups.count else { throw document.unexpected("a number for each row") }
        return (try Choices(groups: own.map { groups[$0] }, truths: own.map { truths[$0] }, numbers: own), own)
    }

    /// The weights of these rows, from what `ingest` wrote.
    private func weights(of rows: Digest) throws -> Evaluation.Weights {
        if let found = known.withLock({ $0[rows] }) { return found }
        let found: Evaluation.Weights
        do {
            found = .known(
                try StoredDocument.read(rows, in: store, from: "data/train/ingest").member(ifPresent: "weights")?
                    .numbers
            )
        } catch let error as AblateError where error.kind == .missing {
            found = .lost
        }
        known.withLock { $0[rows] = found }
        return found
    }
}
