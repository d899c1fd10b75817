// The machine as a value: its files, its clock, its environment, its processes. Knows nothing of what is done with them.

/// The machine that the program runs on, or one in memory.
package struct Host: Sendable {
    /// A name for the machine, in documents and file names: letters, digits, `-` and `.`.
    package let name: String
    package let files: any FileSystem
    package let clock: any HostClock
    package let processes: any Processes
    /// The environment's variables.
    package let variables: [String: String]

    package init(
        name: String, files: any FileSystem, clock: any HostClock, processes: any Processes, variables: [String: String]
    ) {
        self.name = name
        self.files = files
        self.clock = clock
        self.processes = processes
        self.variables = variables
    }

    /// Who runs this process, as the environment or else the system's number has it.
    package var user: String { variables["USER"] ?? variables["LOGNAME"] ?? "user \(processes.user)" }

    /// The machine itself.
    package static let system = Host(
        name: SystemProcesses.hostName, files: SystemFiles(), clock: SystemClock(), processes: SystemProcesses(),
        variables: SystemProcesses.variables)
}

/// Time.
package protocol HostClock: Sendable {
    /// Nanoseconds since 1970.
    var now: Int { get }
    /// Lets a moment pass: some milliseconds.
    func pause()
}

/// Who lives.
package protocol Processes: Sendable {
    /// The system's number of the user who runs this process.
    var user: Int { get }
    /// This process.
    var current: ProcessMark { get }
    /// Whether the process that the mark stands for is still there; nil where that cannot be known from here.
    func isAlive(_ mark: ProcessMark) -> Bool?
    /// Whether some process of this machine has the number: one that was given again counts, too.
    func isAlive(_ number: Int) -> Bool
}

/// A process that no later one is taken for: a number alone is given again.
package struct ProcessMark: Hashable, Sendable {
    package let host: String
    /// Changes when the machine starts; empty where the system has no such name.
    package let boot: String
    package let process: Int
    /// When the process began, in the kernel's ticks since the machine started; 0 where that is not known.
    package let began: Int

    package init(host: String, boot: String, process: Int, began: Int) {
        self.host = host
        self.boot = boot
        self.process = process
        self.began = began
    }
}
