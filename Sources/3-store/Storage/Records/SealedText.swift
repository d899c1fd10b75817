// One line of JSON with a seal over its bytes. Knows bytes, not where they are kept or what they say.

internal import Digests

/// `{"<what>":{...},"seal":"<digest of the bytes between>"}`: JSON for any reader, and a changed byte shows, whoever wrote it.
struct SealedText {
    static let record = SealedText("record")
    /// What an endpoint answered, as the worker keeps it (`ablate_worker/files/sealed.py`).
    static let answer = SealedText("answer")

    private let head: [UInt8]
    private static let middle = Array(#","seal":""#.utf8)
    private static let tail = Array("\"}\n".utf8)

    private init(_ what: String) { head = Array(#"{"\#(what)":"#.utf8) }

    func text(of body: String) -> String {
        String(decoding: head, as: UTF8.self) + body + #","seal":"\#(Digest(of: body))"}"# + "\n"
    }

    /// Whether the bytes begin as such a line does.
    func begins(_ bytes: [UInt8]) -> Bool { bytes.starts(with: head) }

    /// What stands between; nil if a byte is not as it was written.
    func body(in text: UnsafeRawBufferPointer) -> JSON? {
        let end = text.count - Self.middle.count - 64 - Self.tail.count
        guard end > head.count, text.starts(with: head), text[end...].starts(with: Self.middle) else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: text[head.count..<end])
        let seal = text[(end + Self.middle.count)...]
        var hasher = Digest.Hasher()
        hasher.update(body)
        guard seal.dropFirst(64).elementsEqual(Self.tail),
            seal.prefix(64).elementsEqual(hasher.finalize().description.utf8)
        else { return nil }
        return try? JSON(parsing: body)
    }
}
