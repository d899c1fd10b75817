// Signals that are sent and passed over. Those that are heard are Interruption's and LastWords'.

internal import Glibc

/// What other processes are told, and what this one does not listen to.
package enum Signals {
    /// Ends a group of processes at once, whoever is in it. What is gone already stays so.
    package static func kill(group process: Int32) { _ = Glibc.kill(-process, SIGKILL) }

    /// Writing to somebody who reads no more is an error of that write from now on, and not the end of this process.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
