// What steps warn of, run anew or reused: texts in several groups, labels that a fold's models never saw. Knows no form.

internal import Formats
internal import Digests
package import Forecasts
package import Plans
package import Storage

/// What there is to warn of, and the step it is about.
package struct StepWarning: Sendable, Equatable {
    package let step: Int
    package let address: String
    package let finding: Finding

    package enum Finding: Sendable, Equatable {
        /// The step's own record has it, in its own words.
        case recorded(String)
        /// It follows from the folds that the step made; the label is called so.
        case unseen(UnseenLabel, name: String)
    }

    /// Whether the step's own record has it; else it follows from what the step made.
    package var isRecorded: Bool { if case .recorded = finding { true } else { false } }
}

/// The warnings of a plan's steps, and what some of them rest on.
package struct StepWarnings: Sendable {
    /// Of the steps that have records, in the order of the plan.
    package let all: [StepWarning]
    /// The labels that stand in one fold alone.
    let unseen: [UnseenLabel]

    /// - Parameter labels: what the classes are called.
    ///
    /// Errors: of rows or folds that cannot be read.
    package init(of plan: Plan, _ entries: [Forecast.Entry], in store: Store, labels: [String]) throws {
        unseen = try Self.unseenLabels(of: plan, entries, in: store, labels)
        all = Self.all(of: plan, entries, labels: labels, unseen: unseen)
    }

    private static func all(
        of plan: Plan, _ entries: [Forecast.Entry], labels: [String], unseen: [UnseenLabel]
    ) -> [StepWarning] {
        var found: [StepWarning] = []
        for (index, (step, entry)) in zip(plan.steps, entries).enumerated() {
            guard let record = entry.record else { continue }
            func add(_ finding: StepWarning.Finding) {
                found.append(StepWarning(step: index, address: step.address, finding: finding))
            }
            for text in StepMetrics(record.metrics).warnings { add(.recorded(text)) }
            guard step.kind == .split else { continue }
            for label in unseen { add(.unseen(label, name: label.name(labels))) }
        }
        return found
    }

    /// The labels that stand in one fold alone, by the rows and folds that the plan's steps have made; none while they are not
    /// made.
    private static func unseenLabels(of plan: Plan, _ entries: [Forecast.Entry], in store: Store, _ labels: [String])
        throws
        -> [UnseenLabel]
    {
        guard let split = plan.steps.firstIndex(where: { $0.kind == .split }),
            case .output(let ingest, let name)? = plan.steps[split].inputs["rows"],
            let rows = entries[ingest].record?.outputs[name]?.digest,
            let folds = entries[split].record?.outputs["folds"]?.digest
        else { return [] }
        let table = try StoredDocument.read(rows, in: store, from: "data/train/ingest")
        // Numbers are learnt without each of them being seen.
        guard let own = try table.member(ifPresent: "labels") else { return [] }
        return UnseenLabel.all(
            labels: try own.counts,
            folds: try StoredDocument.read(folds, in: store, from: "folds/split").member("folds").counts,
            weights: try table.member(ifPresent: "weights")?.numbers, classes: labels.count)
    }
}
