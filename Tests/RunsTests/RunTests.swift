// Documents of runs as values: what is written is read again, what cannot be right is not there, and how a run stands.

import Digests
import Runs
import Testing

@Suite struct RunTests {
    private func document(_ outcome: RunDocument.Outcome = .complete) -> RunDocument {
        var run = RunDocument(
            recipe: "r", folder: "..", file: "r.yaml", outcome: outcome, process: 7, host: "here",
            settings: ["models.a.lora.rank": 8], results: ["a": "a/evaluate"], started: 10, updated: 20, total: 3,
            keys: ["a/evaluate": Digest(of: "a")])
        run.executed = ["a/evaluate"]
        run.reused = 2
        run.failed = [.init(address: "b/fit", kind: "crashed", message: "lost", log: "/log")]
        return run
    }

    @Test func aDocumentIsReadAsItWasWritten() throws {
        let run = document()
        let read = RunDocument(reading: try JSON(parsing: Array(run.json.text().utf8)))
        #expect(read.json == run.json && read.outcome == .complete)
        #expect(read.keys == run.keys && read.failed == run.failed && read.executed == run.executed)
        #expect(read.results == ["a": "a/evaluate"] && read.settings == ["models.a.lora.rank": 8])
    }

    @Test func whoseRunADocumentIsOfIsToldOnlyWhereTheRestBearsItOut() throws {
        let whole = document().json
        #expect(RunDocument.owner(of: whole) == document().owner)
        for (name, value) in [("folder", "../"), ("file", "s.yaml"), ("owner", "0")] as [(String, JSON)] {
            var members = try #require(whole.object)
            members[name] = value
            #expect(RunDocument.owner(of: .object(members)) == nil)
        }
        // Documents of versions that did not note it, and what is no document.
        #expect(
            RunDocument.owner(of: ["folder": "..", "file": "r.yaml"]) == nil && RunDocument.owner(of: .null) == nil)
        var other = document()
        other.file = "other.yaml"
        #expect(other.owner != document().owner)
    }

    @Test func aRunThatGoesOnSaysNothingOfItsEnd() {
        let json = document(.running).json
        #expect(json["executed"] == nil && json["failed"] == nil && json["state"] == "running")
    }

    @Test(
        arguments: [
            [:], .null, ["keys": 1, "failed": [1, [:]], "executed": "x"], ["keys": ["a": 1e308, "b": "no digest"]],
            ["started": 1e308, "updated": -1e308, "total": -5, "process": 1e18, "state": "\u{1B}[31m", "settings": []],
        ] as [JSON])
    func whatCannotBeRightIsNotThere(_ json: JSON) {
        let run = RunDocument(reading: json)
        #expect(run.keys.isEmpty && run.failed.isEmpty && run.executed.isEmpty && run.total == 0)
        #expect(run.started == 0 && run.updated == 0 && run.process == nil && run.outcome == nil && run.settings == nil)
        let live = LiveState(reading: json)
        #expect(live.running.isEmpty && live.remaining == nil && live.executed == 0)
    }

    @Test func aLivingRunsStateIsReadAsItWasWritten() {
        var live = LiveState(
            recipe: "r", folder: "/f", host: "here", process: 7, user: "me", started: 1, total: 9)
        live.running = [.init(address: "a/finetune", kind: "finetune", started: 2, done: 3, total: 4, loss: 0.5)]
        (live.executed, live.waiting, live.remaining, live.updated) = (1, 2, 30, 5)
        live.failed = [.init(address: "b", kind: "", message: "no", log: nil)]
        #expect(LiveState(reading: live.json).json == live.json)
    }

    // MARK: - Standing

    private func live(process: Int, isAlive: Bool) -> [(state: LiveState, isAlive: Bool)] {
        [
            (
                LiveState(recipe: "r", folder: "/f", host: "here", process: process, user: nil, started: 1, total: 1),
                isAlive
            )
        ]
    }

    private func standing(
        _ run: RunDocument?, _ live: [(state: LiveState, isAlive: Bool)] = [], host: String = "here",
        alive: Set<Int> = []
    ) -> Standing { Standing(of: run, live: live, host: host) { alive.contains($0) } }

    @Test func whatHasEndedIsAsItSays() {
        for outcome in [RunDocument.Outcome.complete, .failed, .interrupted] {
            #expect(standing(document(outcome), alive: [7]).rawValue == outcome.rawValue)
        }
        #expect(standing(RunDocument(reading: ["state": "newer"])) == .unknown)
        #expect(standing(nil) == .neverRun && standing(nil, live(process: 9, isAlive: true)) == .running)
    }

    @Test func whatSaysThatItRunsIsRunningWhileItsProcessLives() {
        let run = document(.running)
        #expect(standing(run, live(process: 7, isAlive: true)) == .running)
        #expect(standing(run, live(process: 7, isAlive: false), alive: [7]) == .killed)
        #expect(standing(run, alive: [7]) == .running && standing(run) == .killed)
        // A number means nothing on another machine.
        #expect(standing(run, host: "elsewhere", alive: [7]) == .killed)
        #expect(Standing(ofEnded: run) == .killed)
    }
}
