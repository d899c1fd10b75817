// What the page may do: nothing but its own style and its own script, each named by the digest of its text.

internal import Digests

enum ContentPolicy {
    /// A Content-Security-Policy for a page with one `<style>` and one `<script>` of exactly these texts. A live page may also
    /// ask the server it comes from.
    static func text(style: String, script: String, isLive: Bool) -> String {
        "default-src 'none'; style-src '\(source(style))'; script-src '\(source(script))'; "
            + (isLive ? "connect-src 'self'; " : "") + "base-uri 'none'; form-action 'none'"
    }

    private static func source(_ text: String) -> String { "sha256-" + base64(bytes(of: Digest(of: text))) }

    private static func bytes(of digest: Digest) -> [UInt8] {
        let digits = Array(digest.description)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = (part.reduce(0) { $0 << 8 | Int($1) }) << (8 * (3 - part.count))
            for place in 0...part.count { text.append(alphabet[bits >> (18 - 6 * place) & 63]) }
            text += String(repeating: "=", count: 3 - part.count)
        }
        return text
    }
}
