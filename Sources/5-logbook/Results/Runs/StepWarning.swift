// What steps warn of, run anew or reused: texts in several groups, labels that a fold's models never saw. Knows no form.

internal import Formats
internal import Digests
package import Forecasts
package import Plans
package import Scores
package import Storage

/// What there is to warn of, and the step it is about.
package struct StepWarning: Sendable, Equatable {
    package let step: Int
    package let address: String
    package let finding: Finding

    package enum Finding: Sendable, Equatable {
        /// The step's own record has it, in its own words.
        case recorded(String)
        /// No row that counts has the labels that are called so.
        case absent([String])
        /// It follows from the folds that the step made; the label is called so.
        case unseen(UnseenLabel, name: String)
        case rare(RareLabel, name: String)
    }

    /// Whether the step's own record has it; else it follows from what the step made.
    package var isRecorded: Bool { if case .recorded = finding { true } else { false } }
}

/// The warnings of a plan's steps, and what some of them rest on.
package struct StepWarnings: Sendable {
    /// Of the steps that have records, in the order of the plan.
    package let all: [StepWarning]
    /// The labels that the models of a fold were trained without.
    let unseen: [UnseenLabel]

    /// - Parameter labels: what the classes are called.
    ///
    /// Errors: of rows or folds that cannot be read.
    package init(of plan: Plan, _ entries: [Forecast.Entry], in store: Store, labels: [String]) throws {
        let found = try Self.labels(of: plan, entries, in: store, labels)
        unseen = found.unseen
        all = Self.all(of: plan, entries, labels: labels, found)
    }

    private static func all(
        of plan: Plan, _ entries: [Forecast.Entry], labels: [String],
        _ few: (unseen: [UnseenLabel], rare: [RareLabel])
    ) -> [StepWarning] {
        var found: [StepWarning] = []
        for (index, (step, entry)) in zip(plan.steps, entries).enumerated() {
            guard let record = entry.record else { continue }
            func add(_ finding: StepWarning.Finding) {
                found.append(StepWarning(step: index, address: step.address, finding: finding))
            }
            for text in StepMetrics(record.metrics).warnings { add(.recorded(text)) }
            guard step.kind == .split else { continue }
            let absent = few.unseen.filter { $0.fold == nil }
            if !absent.isEmpty { add(.absent(absent.map { $0.name(labels) })) }
            for label in few.unseen where label.fold != nil { add(.unseen(label, name: label.name(labels))) }
            for label in few.rare { add(.rare(label, name: label.name(labels))) }
        }
        return found
    }

    /// The labels that the models of a fold were trained without, and those with fewer rows than folds, by the rows and folds that the
    /// plan's steps have made; none while they are not made.
    private static func labels(
        of plan: Plan, _ entries: [Forecast.Entry], in store: Store, _ labels: [String]
    ) throws -> (unseen: [UnseenLabel], rare: [RareLabel]) {
        guard let step = plan.steps.firstIndex(where: { $0.kind == .split }),
            case .output(let ingest, let name)? = plan.steps[step].inputs["rows"],
            let rows = entries[ingest].record?.outputs[name]?.digest,
            let folds = entries[step].record?.outputs["folds"]?.digest
        else { return ([], []) }
        let split = try StoredDocument.read(folds, in: store, from: "folds/split")
        let table = try StoredDocument.read(rows, in: store, from: "data/train/ingest")
        // Numbers are learnt without each of them being seen.
        guard let labelled = try table.member(ifPresent: "labels") else { return ([], []) }
        let (own, places) = (try labelled.counts, try split.member("folds").integers)
        // A row that is not scored is of no fold to whoever counts the scored ones.
        var scored = places
        for row in try split.member(ifPresent: "unscored")?.counts ?? [] where scored.indices.contains(row) {
            scored[row] = -1
        }
        let weights = try table.member(ifPresent: "weights")?.numbers
        let isOrdered = try split.member(ifPresent: "ordered")?.value == true
        return (
            UnseenLabel.all(
                labels: own, folds: places, isOrdered: isOrdered, weights: weights, classes: labels.count),
            RareLabel.all(labels: own, folds: scored, weights: weights, classes: labels.count)
        )
    }
}
