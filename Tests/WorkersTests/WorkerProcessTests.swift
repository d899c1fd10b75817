// Worker processes that do not behave: what is said of them, and what they leave behind.

import Digests
import Foundation
import Testing
import Workers

@Suite struct WorkerProcessTests {
    /// Runs one step with a program in place of the interpreter, in a folder of its own.
    private func run(_ program: String) async throws -> (failure: StepFailure, leftovers: [String]) {
        let folder = NSTemporaryDirectory() + "/worker-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let python = "\(folder)/python"
        try "#!/bin/sh\n\(program)\n".write(toFile: python, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)
        let worker = Worker(WorkerLaunch(python: python, package: folder, log: "\(folder)/worker.log"))
        let step = WorkerSpecification(
            address: "m/fit", kind: "fit", key: Digest(of: "m/fit"), parameters: [:], inputs: [:], outputs: folder,
            scratch: folder, log: "\(folder)/log.txt", threads: 1)
        do {
            _ = try await worker.run(step) { _ in }
        } catch let failure as StepFailure {
            #expect(!worker.isAlive)
            return (failure, try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "python" })
        }
        throw StepFailure(class: .internal, message: "it did not fail")
    }

    @Test func aWorkerThatCannotStartIsToldOfWithItsLastWordsAndLeavesNoLog() async throws {
        let (failure, leftovers) = try await run("echo 'ModuleNotFoundError: no module named torch' >&2; exit 3")
        #expect(failure.class == .crashed)
        #expect(failure.message.contains("exit code 3") && failure.message.contains(": ModuleNotFoundError: no module"))
        #expect(leftovers.isEmpty)
    }

    @Test func aClassThatTheProtocolDoesNotHaveIsAViolation() async throws {
        let line = #"{"event":"error","class":"bad-luck","message":"m"}"#
        let (failure, _) = try await run("read line; echo '\(line)'; read line")
        #expect(failure.class == .protocol && failure.message.contains("bad-luck"))
    }

    @Test(arguments: FailureClass.allCases.filter { ![.cancelled].contains($0) })
    func everyClassIsReadAsItIsWritten(_ name: FailureClass) async throws {
        guard
            case .error(let failure) = try WorkerEvent(
                line: #"{"event":"error","class":"\#(name.rawValue)","message":"m"}"#)
        else {
            Issue.record("no error")
            return
        }
        #expect(failure.class == name)
    }
}
