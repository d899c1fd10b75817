// What steps warn of, run anew or reused: texts in several groups, labels that a fold's models never saw. Knows no form.

internal import Formats
internal import Digests
package import Forecasts
package import Plans
package import Storage

/// A warning, and the step it is about.
package struct StepWarning: Sendable, Equatable {
    package let step: Int
    package let address: String
    package let text: String
    /// Whether the step's own record has it; else it follows from what the step made.
    package let isRecorded: Bool

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
            func add(_ text: String, isRecorded: Bool) {
                found.append(StepWarning(step: index, address: step.address, text: text, isRecorded: isRecorded))
            }
            for text in StepMetrics(record.metrics).warnings { add(text, isRecorded: true) }
            guard step.kind == .split else { continue }
            for label in unseen {
                add(
                    UnseenLabel.consequence([label], labels) ?? "\(label.clause(labels)): nothing is learnt of it",
                    isRecorded: false)
            }
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
        return UnseenLabel.all(
            labels: try table.member("labels").counts,
            folds: try StoredDocument.read(folds, in: store, from: "folds/split").member("folds").counts,
            weights: try table.member(ifPresent: "weights")?.numbers, classes: labels.count)
    }
}
