// The limits of the control group that this process is in: what a container or a batch system lets it have. Reads the kernel's
// files; knows nothing of steps.

internal import Host

/// Limits of both versions of control groups; nil where there are none.
struct ControlGroup: Equatable, Sendable {
    /// Whole cores, at least one: a quota of half a core is one that is slow.
    let cores: Int?
    /// Bytes.
    let memory: Int?

    static var current: ControlGroup {
        ControlGroup(membership: text("/proc/self/cgroup") ?? "", root: "/sys/fs/cgroup")
    }

    /// - Parameters:
    ///   - membership: lines as `/proc/self/cgroup` has them.
    ///   - root: where the file systems of the groups are mounted.
    init(membership: String, root: String) {
        var cores: Double?
        var memory: Int?
        func lower(_ quota: Double?) { if let quota { cores = min(cores ?? quota, quota) } }
        func lower(_ bytes: Int?) { if let bytes { memory = min(memory ?? bytes, bytes) } }
        for line in membership.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            for path in Self.upwards(String(parts[2])) {
                if controllers.isEmpty {
                    lower(Self.quota(Self.text("\(root)\(path)/cpu.max")))
                    lower(Self.text("\(root)\(path)/memory.max").flatMap(Self.number))
                }
                // Version 1 has a tree for each controller, which may be mounted under one name or under all of the line's.
                for folder in [String(parts[1])] + controllers.map(String.init) where controllers.contains("cpu") {
                    let (quota, period) = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                    guard let quota = Self.text("\(root)/\(folder)\(path)/\(quota)").flatMap(Self.number),
                        let period = Self.text("\(root)/\(folder)\(path)/\(period)").flatMap(Self.number), quota > 0,
                        period > 0
                    else { continue }
                    lower(Double(quota) / Double(period))
                }
                if controllers.contains("memory") {
                    lower(Self.text("\(root)/memory\(path)/memory.limit_in_bytes").flatMap(Self.number))
                }
            }
        }
        self.cores = cores.map { max(1, Int($0.rounded(.up))) }
        self.memory = memory
    }

    /// The group's path and those above it: a limit of one above holds, too. The root's own is written as nothing.
    private static func upwards(_ path: String) -> [String] {
        var paths = [""]
        // In a container the path may lead out of what is mounted there.
        for part in path.split(separator: "/") where part != ".." { paths.append("\(paths[paths.count - 1])/\(part)") }
        return paths
    }

    /// `200000 100000` is two cores; `max 100000` is no limit.
    private static func quota(_ text: String?) -> Double? {
        let numbers = text?.split(whereSeparator: \.isWhitespace).map { Double($0) } ?? []
        guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else {
            return nil
        }
        return quota / period
    }

    private static func number(_ text: String) -> Int? {
        text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }

    private static func text(_ path: String) -> String? {
        Host.system.files.beginning(of: path, count: 4_096).map { String(decoding: $0, as: UTF8.self) }
    }
}
