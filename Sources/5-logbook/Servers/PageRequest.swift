// What a browser asks for: the first line of its request and the name it asked by. Everything else is passed over.

struct PageRequest: Equatable {
    let method: String
    let path: String
    /// Who was asked, as the browser named them: a name or an address, perhaps with a port; empty where it named nobody, or
    /// several.
    let authority: String

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
        let named = lines.dropFirst().filter { $0.lowercased().hasPrefix("host:") }
        let value = named.count == 1 ? named[0].dropFirst("host:".count).drop { Self.isBlank($0) } : ""
        authority = String(
            value[..<(value.lastIndex { !Self.isBlank($0) }.map(value.index(after:)) ?? value.startIndex)])
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}
