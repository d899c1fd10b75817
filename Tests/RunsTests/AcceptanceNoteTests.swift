// The list of what was accepted and taken back, in a store in memory.

import Digests
import Host
import Runs
import Storage
import Testing

@Suite struct AcceptanceNoteTests {
    private func note(_ act: AcceptanceNote.Act, at: Double) -> AcceptanceNote {
        AcceptanceNote(
            act, address: "two/command", key: Digest(of: "new"), from: Digest(of: "old"), by: "ada@here", at: at,
            reason: "only a comment changed")
    }

    @Test func notesAreKeptInOrderAndApartFromOtherRecipes() throws {
        let files = MemoryFiles(clock: ManualClock())
        let store = try Store(at: "/project/.ablate", host: .memory(files: files))
        try store.add(note(.accept, at: 1), of: "one")
        try store.add(note(.undo, at: 2), of: "one")
        let notes = try store.acceptanceNotes(of: "one")
        #expect(notes.map(\.act) == [.accept, .undo] && notes.map(\.at) == [1, 2])
        #expect(notes.map(\.json) == [note(.accept, at: 1).json, note(.undo, at: 2).json])
        #expect(try store.acceptanceNotes(of: "two").isEmpty)
    }

    @Test func aDamagedListSaysNothing() throws {
        let files = MemoryFiles(clock: ManualClock())
        let store = try Store(at: "/project/.ablate", host: .memory(files: files))
        try store.add(note(.accept, at: 1), of: "one")
        let path = "/project/.ablate/runs/_acceptances.one/00000001.json"
        let text = String(decoding: try files.content(of: path, limit: 1 << 20), as: UTF8.self)
        try files.write(text.replacing("only a comment", with: "only a commend").utf8, to: path)
        let error = #expect(throws: AblateError.self) { try store.acceptanceNotes(of: "one") }
        #expect(error?.kind == .damaged && error?.path == path)
    }

    @Test func notesOfANewerVersionArePassedOver() throws {
        let files = MemoryFiles(clock: ManualClock())
        let store = try Store(at: "/project/.ablate", host: .memory(files: files))
        try store.add(note(.accept, at: 1), of: "one")
        try store.writeRun("_acceptances.one", ["format": 2, "what": "renew"])
        #expect(try store.acceptanceNotes(of: "one").count == 1)
    }
}
