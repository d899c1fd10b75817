// Checkpoints that wait for a later attempt, held to the digest that they carry. Knows no tensor.

internal import Digests
internal import Host

extension Store {
    /// The checkpoints of steps that were interrupted or are at work, in order.
    func checkpointFiles() throws -> [(path: String, key: Digest)] {
        try (files.names(in: root + "/scratch") ?? []).sorted().compactMap { name in
            let path = "\(root)/scratch/\(name)/checkpoint.safetensors"
            guard let key = Digest(name), try files.status(of: path, following: false)?.form == .file else {
                return nil
            }
            return (path, key)
        }
    }

    /// Whether a checkpoint is as the worker wrote it (`ablate_worker/files/tensors.py`). One of a version that sealed none counts as
    /// sound here; the worker goes on from none such.
    func isWholeCheckpoint(at path: String) throws -> Bool {
        var reading = SealedTensors()
        try files.open(path, .readingItself).forEachPiece { reading.take($0) }
        return reading.isWhole
    }
}

/// A safetensors file whose metadata holds the digest of its header, with 64 zeros in the digest's place, and of all that follows.
struct SealedTensors {
    /// Safetensors allows no longer one.
    private static let longestHeader = 100 << 20
    private static let mark = Array(#""seal":""#.utf8)
    /// The length of the header and the header, until they are whole.
    private var head: [UInt8] = []
    private var hasher = Digest.Hasher()
    private var seal: [UInt8]?
    private var isReading = true
    private var isUnsealed = false

    /// Whether what was taken is the whole file, as it was written, or a file that carries no digest.
    var isWhole: Bool {
        isUnsealed || seal.map { $0.elementsEqual(hasher.finalize().description.utf8) } ?? false
    }

    /// Takes the next bytes of the file; false where more would tell nothing.
    mutating func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard isReading else {
            hasher.update(piece)
            return true
        }
        head += piece
        guard head.count >= 8 else { return true }
        let length = head.prefix(8).reversed().reduce(0) { $0 > Self.longestHeader ? $0 : $0 << 8 | Int($1) }
        guard length <= Self.longestHeader else { return false }
        guard head.count >= 8 + length else { return true }
        isReading = false
        var header = Array(head[8..<8 + length])
        // The digest is of what follows the length; with another one the header is no JSON.
        guard (try? JSON(parsing: header))?.object != nil else { return false }
        guard let place = Self.place(in: header) else {
            isUnsealed = true
            return false
        }
        seal = Array(header[place])
        header.replaceSubrange(place, with: [UInt8](repeating: UInt8(ascii: "0"), count: 64))
        hasher.update(header)
        hasher.update(Array(head[(8 + length)...]))
        head = []
        return true
    }

    /// Where the digest stands in the header.
    private static func place(in header: [UInt8]) -> Range<Int>? {
        let last = header.count - mark.count - 64
        guard last >= 0, let start = (0...last).first(where: { header[$0...].starts(with: mark) }) else { return nil }
        return start + mark.count..<start + mark.count + 64
    }
}
