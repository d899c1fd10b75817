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
    package init(of bytes: some Sequence<UInt8>) {
        var hasher = Hasher()
        hasher.update(Array(bytes))
        self = hasher.finalize()
    }

    /// The digest of the UTF-8 bytes of `text`.
    package init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// Reads 64 lower-case hexadecimal digits; nil for anything else.
    package init?(_ description: String) {
        let utf8 = Array(description.utf8)
        guard utf8.count == 64 else { return nil }
        var words: [UInt64] = []
        for start in stride(from: 0, to: 64, by: 16) {
            var word: UInt64 = 0
            for byte in utf8[start..<start + 16] {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): word = word << 4 | UInt64(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"): word = word << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
                default: return nil
                }
            }
            words.append(word)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    package var description: String {
        var text = ""
        text.reserveCapacity(64)
        let digits = Array("0123456789abcdef".unicodeScalars)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 60, through: 0, by: -4) {
                text.unicodeScalars.append(digits[Int(word >> UInt64(shift) & 15)])
            }
        }
        return text
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
