// How a run is shown while it goes on. Each form is a room of its own; this file only chooses.

internal import ArgumentParser
internal import Execution
internal import Host
internal import Plans
internal import Workers

enum ProgressForm: String, ExpressibleByArgument, CaseIterable {
    case auto, tty, plain, json, none
}

/// Is told every event of a run, from any thread.
protocol ProgressReporter: Sendable {
    func handle(_ event: RunEvent)
    /// The run is over; nothing follows.
    func finish()
}

enum Progress {
    static func reporter(_ form: ProgressForm, plan: Plan, total: Int) -> any ProgressReporter {
        switch form {
        case .auto where OutputStream.error.isTerminal && Host.system.variables["TERM"] != "dumb", .tty:
            TerminalProgress(plan: plan, total: total)
        case .auto, .plain: PlainProgress(plan: plan, total: total)
        case .json: JSONProgress(plan: plan)
        case .none: SilentProgress(plan: plan)
        }
    }

    /// The line of a failed step, and where its log is.
    static func describe(_ failure: StepFailure, of address: String) -> String {
        var text = "\(address) failed (\(failure.class.rawValue)): \(failure.message)"
        if let log = failure.log { text += "\n  its log: \(log)" }
        return text
    }
}

/// Says only what went wrong.
struct SilentProgress: ProgressReporter {
    let plan: Plan
    func handle(_ event: RunEvent) {
        if case .failed(let step, let failure) = event {
            Console.note("error: " + Progress.describe(failure, of: plan.steps[step].address))
        }
    }
    func finish() {}
}
