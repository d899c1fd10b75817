// An answer that holds as long as some files look as they did. Derived: losing it costs time only.

package import Digests
internal import Host

/// What stands behind a path in a snapshot.
private enum SnapshotMark: UInt8 {
    /// Five numbers of a stamp; all zero where there is nothing.
    case stamp
    /// The digest of the file's content, and its permissions.
    case content
    /// The digest of the names in the folder.
    case names
}

extension Store {
    private static let snapshotHead = "ablate snapshot 2\n"

    /// A file that is compared by its content is read each time.
    private static let longestContent = 16 << 20

    /// Remembers an answer that was worked out from `dependencies` since `start` (nanoseconds since 1970).
    ///
    /// False, and nothing remembered, where one of the files is not for certain in the state that the answer saw: written
    /// since, or so shortly before that a time stamp could not tell; gone, or there at last. Nobody writes to records and objects,
    /// so these are held to what a lookup holds them to: the record as it was read, each object in its full size.
    @discardableResult
    package func remember(_ answer: String, on dependencies: FileDependencies, since start: Int, as name: Digest)
        -> Bool
    {
        guard let path = snapshotPath(name) else { return false }
        var bytes: [UInt8] = Array(Self.snapshotHead.utf8)
        Self.append(answer, to: &bytes)
        for name in dependencies.present.union(dependencies.inputs) {
            let path = name.text
            guard let stamp = (try? host.files.status(of: path, following: true))?.stamp, stamp.isSettled(asOf: start),
                !dependencies.inputs.contains(name) || index.observation(of: path)?.stamp == stamp
            else { return false }
            Self.append(path, stamp, to: &bytes)
        }
        var objects: Set<Digest> = []
        for record in dependencies.records {
            let path = recordPath(record.key)
            guard let status = (try? host.files.status(of: path, following: false)) ?? nil, status.form == .file,
                index.record(record.key)?.stamp == status.stamp
            else { return false }
            Self.append(path, status.stamp, to: &bytes)
            for object in record.outputs.values.flatMap(\.objects) where objects.insert(object.digest).inserted {
                let path = self.path(of: object.digest)
                guard let status = (try? host.files.status(of: path, following: false)) ?? nil, status.form == .file,
                    status.size == object.size
                else { return false }
                Self.append(path, status.stamp, to: &bytes)
            }
        }
        for path in dependencies.absent.map(\.text) {
            guard isAbsent(path) else { return false }
            Self.append(path, nil, to: &bytes)
        }
        for (path, digest) in dependencies.contents {
            guard let status = (try? host.files.status(of: path, following: true)) ?? nil else { return false }
            if status.stamp.isSettled(asOf: start) {
                Self.append(path, status.stamp, to: &bytes)
            } else {
                guard status.size <= Self.longestContent else { return false }
                Self.append(path, .content, digest, to: &bytes)
                Self.append(status.permissions, to: &bytes)
            }
        }
        for (path, names) in dependencies.folders { Self.append(path, .names, Self.digest(ofNames: names), to: &bytes) }
        bytes += Digest(of: bytes).description.utf8
        let draft = Paths.sibling(of: path, named: ".\(makeNonce())")
        defer { try? host.files.remove(draft) }
        guard let file = try? host.files.open(draft, .creating), (try? file.append(bytes)) != nil else { return false }
        return (try? host.files.move(draft, to: path)) != nil
    }

    /// The answer, if every file it rests on looks as it did; nil otherwise.
    package func remembered(_ name: Digest) -> String? {
        guard let place = snapshotPath(name), let file = try? host.files.open(place, .readingItself),
            let bytes = (try? file.content(limit: 1 << 28)) ?? nil
        else { return nil }
        let head = Self.snapshotHead.utf8.count
        guard bytes.count > 64 + head else { return nil }
        var hasher = Digest.Hasher()
        return bytes.withUnsafeBytes { raw -> String? in
            let body = UnsafeRawBufferPointer(rebasing: raw[..<(raw.count - 64)])
            hasher.update(body)
            guard raw[(raw.count - 64)...].elementsEqual(hasher.finalize().description.utf8),
                body.starts(with: Self.snapshotHead.utf8)
            else { return nil }
            var offset = head
            let answer = String(cString: body.baseAddress!.advanced(by: offset).assumingMemoryBound(to: UInt8.self))
            offset += answer.utf8.count + 1
            // Straight from the bytes: no text is made of ten thousands of paths.
            while offset < body.count {
                let path = body.baseAddress!.advanced(by: offset).assumingMemoryBound(to: CChar.self)
                while body[offset] != 0 { offset += 1 }
                offset += 2
                switch SnapshotMark(rawValue: body[offset - 1]) {
                case .stamp:
                    let stamp = host.files.stamp(at: path)
                    let seen =
                        stamp.map { [$0.device, $0.inode, $0.size, $0.modified, $0.changed] } ?? [0, 0, 0, 0, 0]
                    for number in seen {
                        guard body.loadUnaligned(fromByteOffset: offset, as: Int.self) == number else { return nil }
                        offset += 8
                    }
                case .content:
                    let permissions = body.loadUnaligned(fromByteOffset: offset + 64, as: Int.self)
                    guard isContent(of: String(cString: path), body[offset..<offset + 64], permissions) else {
                        return nil
                    }
                    offset += 72
                case .names:
                    let names = (try? host.files.names(in: String(cString: path))) ?? nil
                    guard let names,
                        body[offset..<offset + 64].elementsEqual(Self.digest(ofNames: names).description.utf8)
                    else { return nil }
                    offset += 64
                case nil: return nil
                }
            }
            return answer
        }
    }

    private func isContent(of path: String, _ digest: Slice<UnsafeRawBufferPointer>, _ permissions: Int) -> Bool {
        guard let file = try? host.files.open(path, .reading), (try? file.status().permissions) == permissions,
            let bytes = (try? file.content(limit: Self.longestContent)) ?? nil
        else { return false }
        return digest.elementsEqual(Digest(of: bytes).description.utf8)
    }

    private static func digest(ofNames names: [String]) -> Digest {
        // No name has a slash in it.
        Digest(of: names.sorted().joined(separator: "/"))
    }

    private func isAbsent(_ path: String) -> Bool { (try? host.files.status(of: path, following: true)) == .some(nil) }

    private func snapshotPath(_ name: Digest) -> String? { cache.map { "\($0)/\(host.name)-\(name.short).snapshot" } }

    /// Text with a zero behind it. Neither paths nor JSON have one inside.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes += text.utf8
        bytes.append(0)
    }

    /// A path with the stamp of what is there, or of nothing.
    private static func append(_ path: String, _ stamp: Stamp?, to bytes: inout [UInt8]) {
        append(path, to: &bytes)
        bytes.append(SnapshotMark.stamp.rawValue)
        let numbers = stamp.map { [$0.device, $0.inode, $0.size, $0.modified, $0.changed] } ?? [0, 0, 0, 0, 0]
        for number in numbers { append(number, to: &bytes) }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number) { bytes += $0 }
    }

    private static func append(_ path: String, _ mark: SnapshotMark, _ digest: Digest, to bytes: inout [UInt8]) {
        append(path, to: &bytes)
        bytes.append(mark.rawValue)
        bytes += digest.description.utf8
    }

    /// The folder of a recipe's run documents: it changes when a document is added or replaced.
    package func runsFolder(_ name: String) -> String { "\(root)/runs/\(name)" }

    /// The names in that folder; none where there is no such folder yet.
    package func runNames(of name: String) throws -> [String] { try host.files.names(in: runsFolder(name)) ?? [] }
}
