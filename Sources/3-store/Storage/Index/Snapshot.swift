// An answer that holds as long as some files look as they did. Derived: losing it costs time only.

package import Digests
internal import Host

/// The files an answer rests on.
package struct Footing: Sendable {
    /// Files and folders that were there.
    package var present: Set<String> = []
    /// Files whose digest was asked of the store; they count as present, too.
    package var inputs: Set<String> = []
    /// What was looked for and not found.
    package var absent: Set<String> = []
    package init() {}
}

extension Store {
    /// Remembers an answer that was worked out from `footing` since `start` (nanoseconds since 1970).
    ///
    /// False, and nothing remembered, where one of the files is not for certain in the state that the answer saw: written
    /// since, or so shortly before that a time stamp could not tell; gone, or there at last.
    @discardableResult
    package func remember(_ answer: String, on footing: Footing, since start: Int, as name: Digest) -> Bool {
        guard let path = snapshotPath(name) else { return false }
        var bytes: [UInt8] = Array("ablate snapshot 1\n".utf8)
        Self.append(answer, to: &bytes)
        for path in footing.present.union(footing.inputs) {
            guard let stamp = (try? host.files.status(of: path, following: true))?.stamp, stamp.isSettled(asOf: start),
                !footing.inputs.contains(path) || index.sighting(of: path)?.stamp == stamp
            else { return false }
            Self.append(path, to: &bytes)
            for number in [stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed] {
                Self.append(number, to: &bytes)
            }
        }
        for path in footing.absent {
            guard isAbsent(path) else { return false }
            Self.append(path, to: &bytes)
            for _ in 0..<5 { Self.append(0, to: &bytes) }
        }
        bytes += Digest(of: bytes).description.utf8
        let draft = Paths.sibling(of: path, named: ".\(makeNonce())")
        defer { try? host.files.remove(draft) }
        guard let file = try? host.files.open(draft, .creating), (try? file.append(bytes)) != nil else { return false }
        return (try? host.files.move(draft, to: path)) != nil
    }

    /// The answer, if every file it rests on looks as it did; nil otherwise.
    package func remembered(_ name: Digest) -> String? {
        guard let place = snapshotPath(name), let file = try? host.files.open(place, .readingItself),
            let bytes = (try? file.content(limit: 1 << 28)) ?? nil, bytes.count > 64 + 18
        else { return nil }
        var hasher = Digest.Hasher()
        return bytes.withUnsafeBytes { raw -> String? in
            let body = UnsafeRawBufferPointer(rebasing: raw[..<(raw.count - 64)])
            hasher.update(body)
            guard raw[(raw.count - 64)...].elementsEqual(hasher.finalize().description.utf8),
                body.starts(with: "ablate snapshot 1\n".utf8)
            else { return nil }
            var offset = 18
            let answer = String(cString: body.baseAddress!.advanced(by: offset).assumingMemoryBound(to: UInt8.self))
            offset += answer.utf8.count + 1
            // Straight from the bytes: no text is made of ten thousands of paths.
            while offset < body.count {
                let path = body.baseAddress!.advanced(by: offset).assumingMemoryBound(to: CChar.self)
                let stamp = host.files.stamp(at: path)
                while body[offset] != 0 { offset += 1 }
                offset += 1
                let seen = stamp.map { [$0.device, $0.inode, $0.size, $0.modified, $0.changed] } ?? [0, 0, 0, 0, 0]
                for number in seen {
                    guard body.loadUnaligned(fromByteOffset: offset, as: Int.self) == number else { return nil }
                    offset += 8
                }
            }
            return answer
        }
    }

    private func isAbsent(_ path: String) -> Bool { (try? host.files.status(of: path, following: true)) == .some(nil) }

    private func snapshotPath(_ name: Digest) -> String? { cache.map { "\($0)/\(host.name)-\(name.short).snapshot" } }

    /// Text with a zero behind it. Neither paths nor JSON have one inside.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes += text.utf8
        bytes.append(0)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number) { bytes += $0 }
    }

    /// Paths of what a record's results rest on: the record's own file, and its objects.
    package func files(of record: Record) -> [String] {
        [recordPath(record.key)] + record.outputs.values.flatMap { $0.objects.map { path(of: $0.digest) } }
    }

    /// The folder of a recipe's run documents: it changes when a document is added or replaced.
    package func runsFolder(_ name: String) -> String { "\(root)/runs/\(name)" }

}
