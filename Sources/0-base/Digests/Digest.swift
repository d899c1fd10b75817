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
        var text = description
        guard let digest = text.withUTF8({ Digest(digits: $0) }) else { return nil }
        self = digest
    }

    /// The same from bytes. A plan of ten thousand steps reads a hundred thousand digests: no array, and no branch for a digit.
    package init?(digits: UnsafeBufferPointer<UInt8>) {
        guard digits.count == 64 else { return nil }
        var wrong: UInt8 = 0
        func word(_ start: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in start..<start + 16 {
                let (number, letter) = (digits[index] &- UInt8(ascii: "0"), digits[index] &- UInt8(ascii: "a"))
                let digit = number < 10 ? number : letter < 6 ? letter &+ 10 : 0xFF
                wrong |= digit
                word = word << 4 | UInt64(digit & 15)
            }
            return word
        }
        words = (word(0), word(16), word(32), word(48))
        guard wrong < 16 else { return nil }
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
