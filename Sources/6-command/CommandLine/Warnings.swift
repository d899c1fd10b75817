// The warnings of a run's steps, said by every run: a reused step is no less worth a warning than one that ran. Knows no step.

internal import Digests
internal import Logbooks
internal import Results

struct Warnings {
    /// The step that its end told of already if it ran; nil for what no step tells itself.
    private let all: [(step: Int?, text: String)]

    /// Of the steps that were asked for.
    init(_ warnings: StepWarnings, among chosen: Set<Int>) {
        all = warnings.all.filter { chosen.contains($0.step) }.map {
            ($0.isRecorded ? $0.step : nil, "\($0.address): \($0.text)")
        }
    }

    /// As an earlier run that found nothing to do left them.
    init(remembered: [String]) { all = remembered.map { (nil, $0) } }

    var texts: [String] { all.map(\.text) }

    /// Says them as notes of the run, but for those of some steps that the step's end told already.
    func say(_ form: ProgressForm, omitting reported: Set<Int> = []) {
        for (step, text) in all where !(step.map(reported.contains) ?? false) {
            let line = "warning: \(text)"
            if form == .json {
                Console.out(
                    JSON.object(["schema_version": 1, "event": "note", "message": .string(line)]).text())
            } else {
                Console.note(line)
            }
        }
    }
}
