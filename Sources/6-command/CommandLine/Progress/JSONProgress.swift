// Progress as NDJSON on standard output: one event a line, for programs.

internal import Digests
internal import Execution
internal import Plans
internal import Workers

struct JSONProgress: ProgressReporter {
    let plan: Plan

    func handle(_ event: RunEvent) {
        var members: [String: JSON] = ["schema_version": 1]
        func about(_ step: Int, _ name: String) {
            members["event"] = .string(name)
            members["address"] = .string(plan.steps[step].address)
        }
        switch event {
        case .note(let text):
            members["event"] = "note"
            members["message"] = .string(text)
        case .reused(let step): about(step, "reused")
        case .started(let step): about(step, "started")
        case .progress(let step, let done, let total, let unit, let message):
            about(step, "progress")
            members["done"] = .integer(done)
            members["total"] = .integer(total)
            members["unit"] = .string(unit)
            members["message"] = JSON(message)
        case .metric(let step, let name, let value):
            about(step, "metric")
            members["name"] = .string(name)
            members["value"] = JSON(value)
        case .finished(let step, let seconds, let metrics):
            about(step, "finished")
            members["seconds"] = .number(seconds)
            members["metrics"] = metrics
        case .failed(let step, let failure):
            about(step, "failed")
            members["class"] = .string(failure.class.rawValue)
            members["message"] = .string(failure.message)
            members["log"] = JSON(failure.log)
        case .cancelled(let step): about(step, "cancelled")
        }
        Console.out(json: JSON.object(members).text())
    }

    func finish() {}
}
