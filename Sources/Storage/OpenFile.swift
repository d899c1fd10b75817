// An open file: read, hashed, written, locked. Knows nothing of what it holds or why.

internal import Digests

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A file descriptor that closes with its last reference. It is not inherited by child processes.
final class OpenFile: Sendable {
    let path: String
    private let descriptor: Int32

    private init(_ path: String, flags: Int32, mode: mode_t, action: String) throws {
        self.path = path
        self.descriptor =
            try Self.retrying { open(path, flags | O_CLOEXEC, mode) }
            ?? { throw StorageError.system(action, path) }()
    }

    deinit { close(descriptor) }

    /// Opens a file to read it. Never waits for the other end of a pipe.
    convenience init(reading path: String, followingLink: Bool = true) throws {
        let flags = O_RDONLY | O_NONBLOCK | (followingLink ? 0 : O_NOFOLLOW)
        try self.init(path, flags: flags, mode: 0, action: "read the file")
    }

    /// Makes a file that was not there, to write it.
    convenience init(creating path: String) throws {
        try self.init(path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o644, action: "make the file")
    }

    /// Opens a file to lock it; where it is not there, it is made if `making` says so.
    convenience init(locking path: String, making: Bool) throws {
        try self.init(path, flags: O_RDWR | (making ? O_CREAT : 0), mode: 0o644, action: "open the lock")
    }

    func status() throws -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageError.system("look at the file", path) }
        return FileStatus(status)
    }

    /// Hands the content from the present position to `each`, a piece at a time.
    private func forEachPiece(_ each: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            guard let count = Self.retrying({ read(descriptor, buffer.baseAddress, buffer.count) }) else {
                throw StorageError.system("read the file", path)
            }
            if count == 0 { return }
            try each(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The digest of the content; the file must be at its start.
    func digest() throws -> Digest {
        var hasher = Digest.Hasher()
        try forEachPiece { hasher.update($0) }
        return hasher.finalize()
    }

    /// The whole content; nil if it is longer than `limit` bytes.
    func content(limit: Int) throws -> [UInt8]? {
        guard try status().size <= limit else { return nil }
        var content: [UInt8] = []
        try forEachPiece { content += $0 }
        return content
    }

    func append(_ bytes: some Collection<UInt8>) throws {
        try Array(bytes).withUnsafeBytes { raw in
            var rest = raw[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                guard let count = Self.retrying({ write(descriptor, piece.baseAddress, piece.count) }) else {
                    throw StorageError.system("write the file", path)
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Writes the content of `source` from its present position.
    func copy(from source: OpenFile) throws { try source.forEachPiece { try append($0) } }

    /// Returns once the content is on the disk.
    func sync() throws {
        guard Self.retrying({ fsync(descriptor) }) != nil else { throw StorageError.system("save the file", path) }
    }

    /// Takes every right to write away, from the owner too.
    func protect() throws {
        guard fchmod(descriptor, 0o444) == 0 else { throw StorageError.system("protect the file", path) }
    }

    /// Locks the file without waiting; false if another holder stands against it. The lock ends with the last process
    /// that holds the file open, however that ends. Where the file system has no locks, the answer is true.
    func lock(shared: Bool) throws -> Bool {
        if Self.retrying({ flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }) != nil { return true }
        if errno == EWOULDBLOCK { return false }
        if errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL { return true }
        throw StorageError.system("lock the file", path)
    }

    /// Whether the file still has the name under which it was opened.
    func hasItsName() throws -> Bool {
        guard let named = try FileStatus.ifPresent(path, following: false)?.stamp else { return false }
        let own = try status().stamp
        return named.inode == own.inode && named.device == own.device
    }

    /// The result of a call, tried again when a signal interrupts it; nil when it fails (see `errno`).
    private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result? {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { return nil }
        }
    }
}
