// The classes that a step's failure can have: scripts and run documents know them by these words.

/// Why a step gave nothing, as far as a program may want to tell.
package enum FailureClass: String, CaseIterable, Sendable {
    // What a worker says.
    /// The user's data or settings are not what the step can take.
    case invalidInput = "invalid-input"
    /// A file or repository is not there.
    case missingInput = "missing-input"
    /// The memory of the machine or of a GPU did not do.
    case outOfMemory = "out-of-memory"
    /// A training's loss is no number any more.
    case diverged
    /// Something around the step is not there: a network, a library, room on the disk, a program.
    case unavailable
    /// A fault of ablate's own.
    case `internal`

    // What the engine says of a worker, a program or an input.
    /// The worker said what the protocol does not have.
    case `protocol`
    /// The worker's process ended in the middle of a step.
    case crashed
    /// The worker lived and said nothing.
    case silent
    /// The run was stopped.
    case cancelled
    /// A user's program did not do what it is to do.
    case commandFailed = "command-failed"
    /// A step took longer than it may.
    case timeout
    /// An input was written while the step read it.
    case changed
    /// A result of an earlier step is not as it was written, or gone: it was put aside, and the step that made it runs again.
    case damaged
    /// What was asked for cannot be done, or would lose something.
    case refused

    /// Whether the same step may do well next time: its worker was lost, and nothing is known to be wrong with the step. Running
    /// out of a GPU's memory is none of this: the worker itself goes on with smaller parts.
    package var isTransient: Bool { self == .crashed || self == .silent }
}

/// Why a step failed.
package struct StepFailure: Error, Sendable, CustomStringConvertible {
    package let `class`: FailureClass
    package let message: String
    /// The row of a table, as people count them, and the column that the failure is about.
    package let row: Int?
    package let column: String?
    /// Absolute path of the kept log; nil where there is none.
    package let log: String?

    package init(
        class kind: FailureClass, message: String, row: Int? = nil, column: String? = nil, log: String? = nil
    ) {
        self.class = kind
        self.message = message
        self.row = row
        self.column = column
        self.log = log
    }

    package var description: String { message }

    static func protocolViolation(_ what: String) -> StepFailure {
        StepFailure(class: .protocol, message: "the worker broke the protocol: \(what)")
    }

    /// The same failure with the place that it names in its message, unless it stands there already, and with its log.
    package func reported(log: String?, addition: String = "") -> StepFailure {
        var places: [String] = []
        if let row, !message.contains("row \(row)") { places.append("row \(row)") }
        if let column, !message.contains(column) { places.append("column \(column)") }
        let placed = places.isEmpty ? message : "\(message) (\(places.joined(separator: ", ")))"
        return StepFailure(class: self.class, message: placed + addition, log: log)
    }
}
