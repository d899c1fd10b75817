// Processes of the system: who lives, and all that a process started. The processes are real.

import Foundation
import Host
import Testing

@Suite struct ProcessTests {
    /// A process that waits until its input closes.
    private func start(_ variables: [String: String] = [:]) throws -> (process: Process, input: Pipe) {
        let (process, input) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/cat")
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return (process, input)
    }

    @Test func aProcessLivesUntilItEnds() throws {
        let (process, input) = try start()
        let number = Int(process.processIdentifier)
        #expect(Host.system.processes.isAlive(number))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(!Host.system.processes.isAlive(number))
    }

    @Test(arguments: [0, -1, Int.max, Int.min])
    func whatIsNoProcessNumberLivesNowhere(_ number: Int) {
        #expect(!Host.system.processes.isAlive(number))
    }

    @Test func theCurrentProcessIsKnownByMoreThanItsNumber() {
        let processes = Host.system.processes
        let own = processes.current
        #expect(processes.isAlive(own) == true)
        let later = ProcessMark(host: own.host, boot: own.boot, process: own.process, began: own.began + 1)
        #expect(processes.isAlive(later) == false)
        let elsewhere = ProcessMark(host: own.host + "-other", boot: own.boot, process: own.process, began: own.began)
        #expect(processes.isAlive(elsewhere) == nil)
    }

    @Test func aTreeEndsWhatCarriesItsMarkAndNothingElse() throws {
        let (tree, other) = (ProcessTree(), ProcessTree())
        let own = try (0..<2).map { _ in try start([ProcessTree.variable: tree.mark]) }
        let (bystander, input) = try start([ProcessTree.variable: other.mark])
        tree.kill()
        for (process, _) in own {
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
        }
        #expect(bystander.isRunning)
        try input.fileHandleForWriting.close()
        bystander.waitUntilExit()
        #expect(bystander.terminationReason == .exit && bystander.terminationStatus == 0)
    }

    @Test func theSystemSaysWhatThereIs() {
        #expect(SystemLimits.memory > 1 << 20)
        #expect(SystemLimits.openFiles ?? 1 > 0)
    }

    @Test func aUserIsCalledByNameOrNumber() {
        #expect(Host.memory(variables: ["USER": "ada", "LOGNAME": "eve"]).user == "ada")
        #expect(Host.memory(variables: ["LOGNAME": "eve"]).user == "eve")
        #expect(Host.memory().user == "user 1000")
    }

    @Test func processesInMemoryLiveAsATestSays() {
        let processes = ManualProcesses(host: "here")
        let other = ProcessMark(host: "here", boot: "boot", process: 7, began: 1)
        #expect(!processes.isAlive(7))
        processes.start(other)
        #expect(processes.isAlive(7) && processes.isAlive(other) == true)
        processes.end(other)
        #expect(!processes.isAlive(7))
    }
}
