// An open file of the system: read, written, locked. Knows nothing of what it holds or why.

internal import Glibc

/// A file descriptor that closes with its last reference.
final class SystemFile: OpenFile {
    let path: String
    private let descriptor: Int32
    private let files: SystemFiles

    init(_ path: String, _ descriptor: Int32, in files: SystemFiles) {
        (self.path, self.descriptor, self.files) = (path, descriptor, files)
    }

    deinit { close(descriptor) }

    func status() throws -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw AblateError.system("look at the file", path) }
        return FileStatus(status)
    }

    func forEachPiece(_ each: (UnsafeRawBufferPointer) throws -> Bool) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            guard let count = retrying({ read(descriptor, buffer.baseAddress, buffer.count) }) else {
                throw AblateError.system("read the file", path)
            }
            if count == 0 { return }
            guard try each(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return }
        }
    }

    func append(_ bytes: some Collection<UInt8>) throws {
        func write(_ raw: UnsafeRawBufferPointer) throws {
            var rest = raw[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                guard let count = retrying({ Glibc.write(descriptor, piece.baseAddress, piece.count) }) else {
                    throw AblateError.system("write the file", path)
                }
                rest = rest.dropFirst(count)
            }
        }
        if try bytes.withContiguousStorageIfAvailable({ try write(UnsafeRawBufferPointer($0)) }) == nil {
            try Array(bytes).withUnsafeBytes(write)
        }
    }

    func rewrite(_ bytes: some Collection<UInt8>) throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw AblateError.system("write the file", path)
        }
        try append(bytes)
    }

    func sync() throws {
        guard retrying({ fsync(descriptor) }) != nil else { throw AblateError.system("save the file", path) }
    }

    func protect() throws {
        let permissions = mode_t(truncatingIfNeeded: try status().permissions & 0o555)
        guard fchmod(descriptor, permissions) == 0 else { throw AblateError.system("protect the file", path) }
    }

    func lock(shared: Bool) throws -> LockAnswer {
        if retrying({ flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }) != nil { return .held }
        switch errno {
        case EWOULDBLOCK: return .taken
        case ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL: return .unavailable
        default: throw AblateError.system("lock the file", path)
        }
    }

    func touch() throws {
        guard futimens(descriptor, nil) == 0 else { throw AblateError.system("mark the file", path) }
    }

    func hasItsName() throws -> Bool {
        guard let named = try files.status(of: path, following: false)?.stamp else { return false }
        let own = try status().stamp
        return named.inode == own.inode && named.device == own.device
    }
}
