// The system's clock, processes and environment. Knows nothing of files but those of /proc.

internal import Glibc

/// The system's clock.
package struct SystemClock: HostClock {
    package init() {}

    package var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    package func pause() { usleep(20_000) }
}

/// The system's processes.
package struct SystemProcesses: Processes {
    package init() {}

    package var user: Int { Int(getuid()) }

    package var current: ProcessMark {
        let process = Int(getpid())
        return ProcessMark(
            host: Self.hostName, boot: Self.boot, process: process, began: Self.start(of: process) ?? 0)
    }

    package func isAlive(_ mark: ProcessMark) -> Bool? {
        guard mark.host == Self.hostName else { return nil }
        // Another container of the same name, or another start of the machine, has other processes.
        guard mark.boot == Self.boot else { return mark.boot.isEmpty || Self.boot.isEmpty ? nil : false }
        guard isAlive(mark.process) else { return false }
        guard mark.began != 0, let began = Self.start(of: mark.process) else { return true }
        return began == mark.began
    }

    package func isAlive(_ number: Int) -> Bool {
        guard let number = pid_t(exactly: number), number > 0 else { return false }
        return kill(number, 0) == 0 || errno == EPERM
    }

    static let hostName: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." ? $0 : "-" })
    }()

    private static let boot: String = {
        let bytes = (try? SystemFiles().open("/proc/sys/kernel/random/boot_id", .reading).content(limit: 4_096)) ?? nil
        return String(decoding: bytes ?? [], as: UTF8.self).filter { !$0.isWhitespace }
    }()

    static var variables: [String: String] {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            pointer += 1
        }
        return variables
    }

    /// The twenty-second field of the process's line; its second one, a name in parentheses, may hold anything.
    private static func start(of process: Int) -> Int? {
        guard let bytes = (try? SystemFiles().open("/proc/\(process)/stat", .reading).content(limit: 1 << 16)) ?? nil,
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = String(decoding: bytes[bytes.index(after: end)...], as: UTF8.self).split(separator: " ")
        return fields.count > 19 ? Int(fields[19]) : nil
    }
}
