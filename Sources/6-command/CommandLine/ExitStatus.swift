// What the command's exit code says. Scripts depend on these numbers; the one table from errors to codes stands here.

internal import ArgumentParser
internal import Host
internal import Workers

enum ExitStatus {
    static let stepFailed = ExitCode(1)
    static let refused = ExitCode(1)
    static let changesPending = ExitCode(2)
    static let usage = ExitCode(64)
    static let invalidRecipe = ExitCode(65)
    static let missingInput = ExitCode(66)
    static let unavailable = ExitCode(69)
    static let wouldOverwrite = ExitCode(73)
    static let busy = ExitCode(75)
    static let interrupted = ExitCode(130)

    static func code(for kind: ErrorClass) -> ExitCode {
        switch kind {
        case .usage: usage
        case .invalid, .refused: invalidRecipe
        case .missing: missingInput
        case .exists: wouldOverwrite
        case .busy: busy
        case .denied, .full, .foreign, .unavailable, .failed: unavailable
        case .incomplete, .changed, .damaged: stepFailed
        }
    }

    /// For work of a worker that is no step of a run: a run with steps that failed has ``stepFailed``, whatever they failed of.
    static func code(for kind: FailureClass) -> ExitCode {
        switch kind {
        case .invalidInput: invalidRecipe
        case .missingInput, .refused: missingInput
        case .unavailable: unavailable
        case .cancelled: interrupted
        case .outOfMemory, .diverged, .internal, .protocol, .crashed, .silent, .commandFailed, .timeout, .changed,
            .damaged:
            stepFailed
        }
    }
}
