// Who works on what: leases, attempts and the folders of engines that are gone.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct OwnershipTests {
    let fixture: Fixture
    let store: Store
    let key = Digest(of: "a")

    init() throws {
        fixture = try Fixture()
        store = try fixture.store()
    }

    @Test func aLeaseIsHeldByOne() throws {
        let lease = try #require(try store.lease(key))
        #expect(try store.lease(key) == nil)
        #expect(try fixture.store().lease(key) == nil)
        #expect(try store.lease(Digest(of: "b")) != nil)
        lease.release()
        lease.release()
        #expect(try fixture.store().lease(key) != nil)
        #expect(fixture.names(fixture.root + "/leases") == [])
    }

    @Test func aDroppedLeaseIsReleased() throws {
        _ = try store.lease(key)
        #expect(try store.lease(key) != nil)
    }

    @Test func aLeaseOfAnotherProcessEndsWithIt() throws {
        let holder = try LockHolder("\(fixture.root)/leases/\(key)", "-x")
        #expect(try store.lease(key) == nil)
        holder.kill()
        #expect(try store.lease(key) != nil)
    }

    @Test func oneOfManyGetsTheLease() async throws {
        let (root, key) = (fixture.root, key)
        for _ in 0..<20 {
            let leases = try await withThrowingTaskGroup(of: Lease?.self) { group in
                for _ in 0..<16 { group.addTask { try Store(at: root).lease(key) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(leases.count { $0 != nil } == 1)
        }
    }

    @Test func theAttemptOfALivingEngineStays() throws {
        let attempt = try store.beginAttempt(key: key)
        try fixture.write("half", to: attempt.outputs + "/out")
        _ = try fixture.store()
        #expect(fixture.exists(attempt.outputs + "/out"))
        withExtendedLifetime(attempt) {}
    }

    @Test func anAttemptIsSweptOnceItsOwnersAreGone() throws {
        let (folder, owner, scratch) = try {
            let attempt = try store.beginAttempt(key: key)
            try fixture.write("half", to: attempt.outputs + "/out/file")
            try fixture.write("last words", to: attempt.log)
            try fixture.write("checkpoint", to: attempt.scratch + "/checkpoint")
            return (attempt.folder, attempt.owner, attempt.scratch)
        }()
        let worker = try LockHolder(owner, "-s")
        _ = try fixture.store()
        #expect(fixture.exists(folder + "/outputs/out/file"))
        worker.kill()
        _ = try fixture.store(.readOnly)
        #expect(fixture.exists(folder))
        _ = try fixture.store()
        #expect(fixture.names(fixture.root + "/attempts") == [])
        #expect(try fixture.read(scratch + "/checkpoint") == "checkpoint")
        let log = try #require(fixture.names(fixture.root + "/failures").first)
        #expect(try fixture.read("\(fixture.root)/failures/\(log)") == "last words")
    }

    @Test func sweepingNeverTakesANewAttempt() async throws {
        let (root, key) = (fixture.root, key)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let store = try Store(at: root)
                    for _ in 0..<25 {
                        if index % 2 == 0 {
                            store.sweep()
                        } else {
                            let attempt = try store.beginAttempt(key: key)
                            #expect(FileManager.default.fileExists(atPath: attempt.outputs))
                            store.discard(attempt, keepingLog: false)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
