// What a step says of its work beside its files, as far as others act on it. Every step may say more, which is kept and shown.

package import Digests

/// The metrics of a step. What a step did not say, or said in another form than the one that counts here, is absent: records of every
/// version are read, and a worker may say what it likes.
package struct StepMetrics: Sendable {
    /// What it warns of, each a sentence.
    package let warnings: [String]
    /// How many rows it read; nil where it did not say.
    package let rows: Int?
    /// Of a merged adapter: the largest difference of a logit from the adapter's own, and the largest logit.
    package let mergedDifference: (largest: Double, logit: Double)?
    /// The names of its scores by metrics that are files.
    package let files: [String]
    private let members: [String: JSON]
    /// The names of all that it said.
    package var names: Set<String> { Set(members.keys) }

    package init(_ metrics: JSON) {
        let said = JSONDocument(metrics, name: "the metrics")
        members = metrics.object ?? [:]
        // Most steps say nothing, and an error for each thing that is not said takes longer than all else.
        guard !members.isEmpty else {
            (warnings, rows, mergedDifference, files) = ([], nil, nil, [])
            return
        }
        warnings = ((try? said.member("warnings").elements) ?? []).compactMap { try? $0.text }
        rows = try? said.member("rows").count
        files = (try? said.member(ifPresent: "metric-files")?.texts) ?? []
        let difference = try? said.member("largest-difference").number
        let logit = try? said.member("largest-logit").number
        mergedDifference = difference.flatMap { difference in logit.map { (difference, $0) } }
    }

    /// In how many rows it cut a text short; nil where it did not say.
    package func truncatedRows(of text: String) -> Int? {
        (try? JSONDocument(.object(members), name: "the metrics").member("truncated-rows-\(text)").count) ?? nil
    }

    /// A score by the name of its metric.
    package func score(_ metric: String) -> Double? { members[metric]?.number }
}

/// The libraries and the device that a step ran with.
package struct StepEnvironment: Sendable {
    /// By the names that the libraries give themselves.
    package let versions: [String: String]
    /// `cpu`, `cuda`; nil where the step did not say.
    package let deviceKind: String?
    package let deviceName: String?

    package init(_ environment: JSON) {
        let said = JSONDocument(environment, name: "the environment")
        versions = ((try? said.member("versions").members) ?? [:]).compactMapValues { try? $0.text }
        let device = try? said.member("device")
        deviceKind = try? device?.member("kind").text
        deviceName = try? device?.member("name").text
    }
}
