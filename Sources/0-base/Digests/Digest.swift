// The content name of bytes: SHA-256. Knows nothing of files, keys or what the bytes mean.

internal import Crypto

/// A SHA-256 digest; 32 bytes, written as 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible, LosslessStringConvertible {
    /// The digest as four big-endian words, so that hashing and comparing are cheap.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    private init(_ sha: SHA256.Digest) {
        self.words = sha.withUnsafeBytes { raw in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// The digest of `bytes`.
    package init(of bytes: [UInt8]) {
        var hasher = Hasher()
        hasher.update(bytes)
        self = hasher.finalize()
    }

    /// The digest of `bytes`.
    package init(of bytes: some Sequence<UInt8>) {
        self.init(of: Array(bytes))
    }

    /// The digest of the UTF-8 bytes of `text`.
    package init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// Reads 64 lower-case hexadecimal digits; nil for anything else.
    package init?(_ description: String) {
        // No array on the way: a plan of ten thousand steps reads and writes a hundred thousand digests.
        guard description.utf8.count == 64 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var count = 0
        for byte in description.utf8 {
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            switch count >> 4 {
            case 0: words.0 = words.0 << 4 | digit
            case 1: words.1 = words.1 << 4 | digit
            case 2: words.2 = words.2 << 4 | digit
            default: words.3 = words.3 << 4 | digit
            }
            count += 1
        }
        self.words = words
    }

    package var description: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            func write(_ word: UInt64, at start: Int) {
                for index in 0..<16 {
                    let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * index)) & 15
                    buffer[start + index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                }
            }
            write(words.0, at: 0)
            write(words.1, at: 16)
            write(words.2, at: 32)
            write(words.3, at: 48)
            return 64
        }
    }

    /// The first twelve digits: enough for a person to tell two digests apart.
    package var short: String { String(description.prefix(12)) }

    package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }
    package static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }
    package func hash(into hasher: inout Swift.Hasher) { hasher.combine(words.0) }

    /// An incremental digest, for contents that do not fit in memory.
    package struct Hasher {
        private var state = SHA256()
        package init() {}
        package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { state.update(bufferPointer: $0) } }
        package mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bufferPointer: bytes) }
        package func finalize() -> Digest { Digest(state.finalize()) }
    }
}
