// Numbers that were worked out from objects of a store, kept beside the index. Derived: losing them costs time only.

package import Digests
internal import Host

extension Store {
    /// The rows of `width` numbers that were remembered as `name`, by what they were worked out from. None where there is no folder
    /// for what is derived, and where the file is not whole.
    package func derivedNumbers(_ name: String, width: Int) -> [Digest: [Double]] {
        guard let path = numbersPath(name), let file = try? host.files.open(path, .readingItself),
            let bytes = (try? file.content(limit: 1 << 28)) ?? nil, bytes.count > 64
        else { return [:] }
        let body = bytes.dropLast(64)
        let size = 64 + 8 * width
        guard body.count % size == 0, Digest(of: body).description.utf8.elementsEqual(bytes.suffix(64)) else {
            return [:]
        }
        return bytes.withUnsafeBytes { raw in
            var rows: [Digest: [Double]] = [:]
            for start in stride(from: 0, to: body.count, by: size) {
                let key = String(decoding: raw[start..<start + 64], as: UTF8.self)
                guard let key = Digest(key) else { return [:] }
                rows[key] = (0..<width).map { raw.loadUnaligned(fromByteOffset: start + 64 + 8 * $0, as: Double.self) }
            }
            return rows
        }
    }

    /// Remembers rows of `width` numbers in place of what was remembered as `name`. False where they cannot be kept.
    @discardableResult
    package func remember(_ rows: [Digest: [Double]], width: Int, as name: String) -> Bool {
        guard let path = numbersPath(name) else { return false }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * (64 + 8 * width) + 64)
        for (key, numbers) in rows {
            precondition(numbers.count == width, "as many numbers in each row")
            bytes += key.description.utf8
            for number in numbers { withUnsafeBytes(of: number) { bytes += $0 } }
        }
        bytes += Digest(of: bytes).description.utf8
        let draft = Paths.sibling(of: path, named: ".\(makeNonce())")
        defer { try? host.files.remove(draft) }
        guard let file = try? host.files.open(draft, .creating), (try? file.append(bytes)) != nil else { return false }
        return (try? host.files.move(draft, to: path)) != nil
    }

    private func numbersPath(_ name: String) -> String? { cache.map { "\($0)/\(host.name)-\(name).numbers" } }
}
