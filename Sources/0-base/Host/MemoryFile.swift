// An open file in memory. Two that are open on one file see the same content and stand against each other's locks.

internal import Synchronization

/// An open file of ``MemoryFiles``.
final class MemoryFile: OpenFile {
    let path: String
    private let files: MemoryFiles
    /// The number of the file, and the number of this opening of it.
    private let number: Int
    private let mark: Int
    private let position = Mutex(0)

    init(_ path: String, _ number: Int, _ mark: Int, in files: MemoryFiles) {
        (self.path, self.number, self.mark, self.files) = (path, number, mark, files)
    }

    deinit { files.disk.state.withLock { $0[number].locks[mark] = nil } }

    func status() throws -> FileStatus {
        try files.use("look at the file", path) { state, _ in state.status(number) }
    }

    func forEachPiece(_ each: (UnsafeRawBufferPointer) throws -> Bool) throws {
        while true {
            let start = position.withLock { $0 }
            let piece = try files.use("read the file", path) { state, _ in
                guard state[number].form == .file else { throw AblateError.system("read the file", path, code: 21) }
                return Array(state[number].content.dropFirst(start).prefix(4_096))
            }
            position.withLock { $0 += piece.count }
            guard try !piece.isEmpty && piece.withUnsafeBytes(each) else { return }
        }
    }

    func append(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        try files.use("write the file", path) { state, now in
            state[number].content += bytes
            state[number].touch(now)
        }
    }

    func rewrite(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        try files.use("write the file", path) { state, now in
            state[number].content = bytes
            state[number].touch(now)
        }
    }

    func sync() throws { try files.use("save the file", path) { _, _ in } }

    func protect() throws {
        try files.use("protect the file", path) { state, now in
            state[number].permissions &= 0o555
            state[number].changed = now
        }
    }

    func lock(shared: Bool) throws -> LockAnswer {
        try files.use("lock the file", path) { state, _ in
            guard state.hasLocks else { return .unavailable }
            let others = state[number].locks.filter { $0.key != mark }.values
            guard others.allSatisfy({ $0 && shared }) else { return .taken }
            state[number].locks[mark] = shared
            return .held
        }
    }

    func touch() throws { try files.use("mark the file", path) { state, now in state[number].touch(now) } }

    func hasItsName() throws -> Bool {
        try files.status(of: path, following: false)?.stamp.inode == number
    }
}
