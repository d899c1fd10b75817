// Files in memory: folders, links, pipes, locks and faults, for tests that need no disk. Knows no system.

internal import Synchronization

/// A file system in memory. Paths are absolute; it begins with `/` alone.
///
/// Time stamps come from its clock. What a disk may do wrong can be arranged: no locks, or a failure of a call.
package final class MemoryFiles: FileSystem {
    struct Node: Sendable {
        let form: FileStatus.Form
        var content: [UInt8] = []
        /// Of a folder, the numbers of what is in it.
        var children: [String: Int] = [:]
        var target = ""
        var permissions: Int
        var links = 1
        var modified: Int
        var changed: Int
        /// The open files that hold a lock, by their numbers, and whether it is shared.
        var locks: [Int: Bool] = [:]

        init(_ form: FileStatus.Form, at time: Int) {
            self.form = form
            permissions = form == .folder ? 0o755 : 0o644
            (modified, changed) = (time, time)
        }

        mutating func touch(_ time: Int) { (modified, changed) = (time, time) }
    }

    struct State: Sendable {
        /// By number; 1 is `/`. What has no name any more stays, for those who have it open.
        var nodes: [Int: Node]
        var openFiles = 0
        var hasLocks = true
        var fault: (@Sendable (_ action: String, _ path: String) -> AblateError?)?

        subscript(number: Int) -> Node {
            get { nodes[number]! }
            set { nodes[number] = newValue }
        }

        mutating func make(_ form: FileStatus.Form, at time: Int) -> Int {
            let number = nodes.count + 1
            nodes[number] = Node(form, at: time)
            return number
        }

        func status(_ number: Int) -> FileStatus {
            let node = self[number]
            return FileStatus(
                form: node.form, links: node.links,
                stamp: Stamp(
                    device: 1, inode: number, size: node.content.count, modified: node.modified, changed: node.changed),
                permissions: node.permissions, owner: 0)
        }
    }

    /// What several views of the same files share.
    final class Disk: Sendable {
        let clock: any HostClock
        let state: Mutex<State>

        init(_ clock: any HostClock) {
            self.clock = clock
            state = Mutex(State(nodes: [1: Node(.folder, at: clock.now)]))
        }
    }

    let disk: Disk
    private let root: String?

    package init(clock: any HostClock) { (disk, root) = (Disk(clock), nil) }
    private init(_ disk: Disk, confinedTo root: String) { (self.disk, self.root) = (disk, root) }

    package func confined(to root: String) throws -> any FileSystem {
        guard try status(of: root, following: true)?.form == .folder else {
            throw AblateError.system("open the folder", root, code: 2)
        }
        return MemoryFiles(disk, confinedTo: root)
    }

    // MARK: What a disk may do wrong

    /// Whether files can be locked from now on.
    package func setLocks(_ areThere: Bool) { disk.state.withLock { $0.hasLocks = areThere } }

    /// What each call is asked from now on: an error that it gives fails instead.
    package func setFault(_ fault: (@Sendable (_ action: String, _ path: String) -> AblateError?)?) {
        disk.state.withLock { $0.fault = fault }
    }

    // MARK: Walking

    /// The number of what a path names; nil where nothing is there. Links in its middle are followed, unless this view is confined.
    private func find(_ path: String, following: Bool, _ state: State, depth: Int = 0) throws -> Int? {
        guard depth < 40 else { throw AblateError.system("look at the file", path, code: 40) }
        var number = 1
        var walked = ""
        let names = path.split(separator: "/").map(String.init)
        for (index, name) in names.enumerated() {
            guard let next = state[number].children[name] else { return nil }
            walked += "/" + name
            let isLast = index == names.count - 1
            if state[next].form == .link, !isLast || following {
                let isInside = root.map { walked.hasPrefix($0 + "/") } ?? false
                if isInside {
                    if isLast { return next }
                    throw Self.throughLink(path)
                }
                let target = state[next].target
                let base = target.hasPrefix("/") ? target : Paths.folder(of: walked) + "/" + target
                let rest = names[(index + 1)...].map { "/" + $0 }.joined()
                return try find(base + rest, following: following, state, depth: depth + 1)
            }
            number = next
        }
        return number
    }

    private static func throughLink(_ path: String) -> AblateError {
        AblateError(
            .refused, "this path leads through a link, and nothing outside is read or changed through it", path: path,
            advice: "put a real folder in the link's place")
    }

    /// The number of the folder that holds `path`.
    private func folder(of path: String, _ action: String, _ state: State) throws -> Int {
        guard let folder = try find(Paths.folder(of: path), following: true, state), state[folder].form == .folder
        else { throw AblateError.system(action, path, code: 2) }
        return folder
    }

    func use<Value: Sendable>(
        _ action: String, _ path: String, _ work: (inout State, _ now: Int) throws -> Value
    ) throws -> Value {
        let now = disk.clock.now
        return try disk.state.withLock { state in
            if let error = state.fault?(action, path) { throw error }
            return try work(&state, now)
        }
    }

    /// Gives a name in a folder to a file, or to none, in place of the one that has it.
    private func put(_ number: Int?, at path: String, _ action: String, _ state: inout State, _ now: Int) throws {
        let folder = try folder(of: path, action, state)
        let name = Paths.name(path)
        if let before = state[folder].children[name] { state[before].links -= 1 }
        state[folder].children[name] = number
        state[folder].touch(now)
        if let number { state[number].changed = now }
    }

    // MARK: FileSystem

    /// Puts a pipe at `path`.
    package func makePipe(_ path: String) throws {
        try use("make the pipe", path) { state, now in
            try put(state.make(.other, at: now), at: path, "make the pipe", &state, now)
        }
    }

    package func status(of path: String, following: Bool) throws -> FileStatus? {
        try use("look at the file", path) { state, _ in
            try find(path, following: following, state).map { state.status($0) }
        }
    }

    package func stamp(at path: UnsafePointer<CChar>) -> Stamp? {
        ((try? status(of: String(cString: path), following: true)) ?? nil)?.stamp
    }

    package func open(_ path: String, _ mode: OpenMode) throws -> any OpenFile {
        let action = mode == .creating ? "make the file" : mode == .reading ? "read the file" : "open the file"
        let (number, mark) = try use(action, path) { state, now in
            state.openFiles += 1
            let following = mode != .creating && mode != .readingItself
            if let number = try find(path, following: following, state) {
                let form = state[number].form
                guard mode != .creating else { throw AblateError.system(action, path, code: 17) }
                guard form != .link else { throw AblateError.system(action, path, code: 40) }
                guard form != .folder || mode == .reading || mode == .readingItself else {
                    throw AblateError.system(action, path, code: 21)
                }
                return (number, state.openFiles)
            }
            guard mode == .creating || mode == .locking else { throw AblateError.system(action, path, code: 2) }
            let number = state.make(.file, at: now)
            try put(number, at: path, action, &state, now)
            return (number, state.openFiles)
        }
        return MemoryFile(path, number, mark, in: self)
    }

    package func names(in path: String) throws -> [String]? {
        try use("list the folder", path) { state, _ in
            guard let number = try find(path, following: true, state), state[number].form != .file else { return nil }
            if state[number].form == .link { throw Self.throughLink(path) }
            guard state[number].form == .folder else { return nil }
            return Array(state[number].children.keys)
        }
    }

    package func makeFolder(_ path: String) throws -> Bool {
        if let there = try status(of: path, following: true) {
            guard there.form == .folder else { throw AblateError.system("make the folder", path, code: 17) }
            return false
        }
        if let parent = Paths.parent(of: path) { _ = try makeFolder(parent) }
        try use("make the folder", path) { state, now in
            try put(state.make(.folder, at: now), at: path, "make the folder", &state, now)
        }
        return true
    }

    package func remove(_ path: String) throws {
        try use("remove the file", path) { state, now in
            guard try find(path, following: false, state) != nil else { return }
            try put(nil, at: path, "remove the file", &state, now)
        }
    }

    package func move(_ old: String, to new: String) throws {
        let action = "move \(old)"
        try use(action, new) { state, now in
            guard let number = try find(old, following: false, state) else {
                throw AblateError.system(action, new, code: 2)
            }
            _ = try folder(of: new, action, state)
            try put(nil, at: old, action, &state, now)
            try put(number, at: new, action, &state, now)
            state[number].links += 1
        }
    }

    package func claim(_ new: String, for old: String) throws -> Bool {
        let action = "link \(old)"
        return try use(action, new) { state, now in
            if try find(new, following: false, state) != nil { return false }
            guard let number = try find(old, following: false, state) else {
                throw AblateError.system(action, new, code: 2)
            }
            try put(number, at: new, action, &state, now)
            state[number].links += 1
            return true
        }
    }

    package func makeLink(at path: String, to target: String) throws {
        let action = "link \(target)"
        try use(action, path) { state, now in
            guard try find(path, following: false, state) == nil else {
                throw AblateError.system(action, path, code: 17)
            }
            let number = state.make(.link, at: now)
            state[number].target = target
            try put(number, at: path, action, &state, now)
        }
    }

    package func target(ofLink path: String) -> String? {
        let found = try? use("read the link", path) { state, _ -> String? in
            guard let number = try find(path, following: false, state), state[number].form == .link else { return nil }
            return state[number].target
        }
        return found ?? nil
    }

    package func sync(folder: String) throws { try use("save the folder", folder) { _, _ in } }

    package func setPermissions(_ permissions: Int, of path: String) throws {
        try use("change the permissions", path) { state, now in
            guard let number = try find(path, following: true, state) else {
                throw AblateError.system("change the permissions", path, code: 2)
            }
            state[number].permissions = permissions
            state[number].changed = now
        }
    }

    package func isWritable(_ path: String) -> Bool { exists(path) }
    package func isExecutable(_ path: String) -> Bool {
        ((try? status(of: path, following: true)) ?? nil).map { $0.form == .file && $0.permissions & 0o100 != 0 }
            ?? false
    }
    package func isFull(_ path: String) -> Bool { false }

    package func absolute(_ path: String) -> String {
        let path = path.hasPrefix("/") ? path : "/" + path
        return disk.state.withLock { canonical(path, $0, depth: 0) } ?? path
    }

    /// The path without links; nil where nothing is there.
    private func canonical(_ path: String, _ state: State, depth: Int) -> String? {
        guard depth < 40 else { return nil }
        var (number, walked) = (1, "")
        let names = path.split(separator: "/").map(String.init)
        for (index, name) in names.enumerated() {
            guard let next = state[number].children[name] else { return nil }
            if state[next].form == .link {
                let target = state[next].target
                let rest = names[(index + 1)...].map { "/" + $0 }.joined()
                return canonical(
                    (target.hasPrefix("/") ? target : walked + "/" + target) + rest, state, depth: depth + 1)
            }
            (number, walked) = (next, walked + "/" + name)
        }
        return walked.isEmpty ? "/" : walked
    }
}
