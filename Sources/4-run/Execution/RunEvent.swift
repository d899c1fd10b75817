// What a run tells whoever watches it.

package import Digests
package import Storage
package import Workers

/// Why a step failed.
package struct StepFailure: Error, Sendable {
    package let `class`: FailureClass
    package let message: String
    /// Absolute path of the kept log; nil where there is none.
    package let log: String?

    package init(class kind: FailureClass, message: String, log: String?) {
        self.class = kind
        self.message = message
        self.log = log
    }
}

/// An event of a run. Steps are indices into the plan.
package enum RunEvent: Sendable {
    /// Something worth a line, such as the making of the Python environment.
    case note(String)
    case reused(Int)
    case started(Int)
    case progress(Int, done: Int, total: Int, unit: String, message: String?)
    case metric(Int, name: String, value: Double?)
    case finished(Int, seconds: Double, metrics: JSON)
    case failed(Int, StepFailure)
    case cancelled(Int)
}

/// How a run ended.
package struct RunSummary: Sendable {
    package var executed: [Int] = []
    package var reused: [Int] = []
    package var failed: [(step: Int, failure: StepFailure)] = []
    /// Steps that never started because something before them failed.
    package var blocked: [Int] = []
    package var cancelled: [Int] = []
    /// The records of the steps that are done.
    package var records: [Int: Record] = [:]
    package init() {}

    package var isComplete: Bool { failed.isEmpty && blocked.isEmpty && cancelled.isEmpty }
}
