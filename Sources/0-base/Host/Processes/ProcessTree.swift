// Everything a process started, however far it went away: found by a mark in the environment that children inherit.

internal import Glibc

/// A mark for one process and its descendants. A group can be left, and a parent can die; who scrubs the environment, too, is
/// not found.
package struct ProcessTree: Sendable {
    package static let variable = "ABLATE_PROCESS_TREE"
    /// The value of the variable.
    package let mark: String

    package init() { mark = "\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 16))" }

    /// Kills every process that carries the mark. Looks again as long as there are some: a fork may come between look and kill.
    package func kill() {
        for _ in 0..<8 {
            let found = processes()
            if found.isEmpty { return }
            for process in found { _ = Glibc.kill(process, SIGKILL) }
            usleep(2_000)
        }
    }

    /// Kills all that this process has started and marked, whoever did; for its own end.
    package static func killAll() {
        for process in processes(marked: "\(getpid())-", isWhole: false) { _ = Glibc.kill(process, SIGKILL) }
    }

    private func processes() -> [pid_t] { Self.processes(marked: mark, isWhole: true) }

    private static func processes(marked mark: String, isWhole: Bool) -> [pid_t] {
        let wanted = Array("\(Self.variable)=\(mark)".utf8)
        var found: [pid_t] = []
        for name in ((try? Host.system.files.names(in: "/proc")) ?? nil) ?? [] {
            guard let process = pid_t(name), process != getpid(), Self.environment(of: process, has: wanted, isWhole)
            else {
                continue
            }
            found.append(process)
        }
        return found
    }

    /// Whether one of the variables is exactly this one, or begins so. A process of somebody else's, or one that is dead, has none to read.
    private static func environment(of process: pid_t, has wanted: [UInt8], _ isWhole: Bool) -> Bool {
        guard let bytes = Host.system.files.beginning(of: "/proc/\(process)/environ", count: 4 << 20) else {
            return false
        }
        return bytes.split(separator: 0).contains { isWhole ? $0.elementsEqual(wanted) : $0.starts(with: wanted) }
    }
}
