// What a browser asks for: the first line of its request and the name it asked by. Everything else is passed over.

struct PageRequest: Equatable {
    let method: String
    let path: String
    /// The name of the machine, without a port; empty where the browser named none.
    let host: String

    /// A browser's request is some hundred bytes.
    static let longest = 16 << 10

    /// Nil while the head of the request is not whole, and for what is no request.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
        method = String(words[0])
        path = String(words[1].prefix { $0 != "?" })
        let named = lines.dropFirst().first { $0.lowercased().hasPrefix("host:") }
        host = Self.name(of: named.map { String($0.dropFirst("host:".count)) } ?? "")
    }

    /// `localhost:8311` and `[::1]:8311` without the port.
    private static func name(of authority: String) -> String {
        let authority = authority.filter { $0 != " " && $0 != "\t" }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" }).lowercased()
    }
}
