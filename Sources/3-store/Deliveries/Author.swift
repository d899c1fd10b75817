// Who delivered a file: what it was made of, told so that it is known again when the project moves, and never mistaken for another.

internal import Digests
internal import Host

/// What a delivered file is made of: recipes, or tables.
package struct Author: Hashable, Sendable {
    /// Absolute paths.
    private let sources: [String]

    package init(madeOf sources: [String]) { self.sources = sources }

    /// As it is noted of a file in `folder`: for each source its path from there, as long as both lie in the project, so that a
    /// project may move; else its name and a digest of its folder. Fit for a comment of any format.
    func text(beside folder: String, project: String) -> String {
        let texts = sources.map { source in
            let path = Self.isInside(folder, project) && Self.isInside(source, project)
            let name = path ? Self.encoded(Self.path(to: source, from: folder)) : Self.encoded(Paths.name(source))
            return path && name.utf8.count < 200
                ? name : "\(name.suffix(200))@\(Digest(of: path ? source : Paths.folder(of: source)).short)"
        }
        let text = texts.joined(separator: "+")
        return text.utf8.count <= 500 ? text : "@\(Digest(of: text))"
    }

    /// Whether an author is still there, as far as that can be told from a note beside a file in `folder`. Recipes that are gone were
    /// renamed.
    static func isThere(_ text: String, beside folder: String, _ files: any FileSystem) -> Bool {
        // Verbs by the words of version 0.1, whose files nothing else delivers.
        if text.contains(" ") { return false }
        return text.split(separator: "+").contains { source in
            if source.contains("@") { return true }
            guard let path = decoded(source) else { return true }
            return files.exists(Paths.normal(path.hasPrefix("/") ? path : "\(folder)/\(path)"))
        }
    }

    /// For a person.
    static func shown(_ text: String) -> String {
        text.split(separator: "+").map { source in
            let name = source.prefix { $0 != "@" }
            return decoded(name) ?? String(name)
        }.joined(separator: ", ")
    }

    private static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }

    private static func path(to source: String, from folder: String) -> String {
        let (target, here) = (source.split(separator: "/"), folder.split(separator: "/"))
        let common = zip(target, here).prefix { $0 == $1 }.count
        return (here.dropFirst(common).map { _ in ".." } + target.dropFirst(common).map(String.init)).joined(
            separator: "/")
    }

    /// Letters, digits, `.`, `_`, `/` and single `-` as they are; every other byte as `%` and two digits.
    private static func encoded(_ text: String) -> String {
        var result = ""
        var last: UInt8 = 0
        for byte in text.utf8 {
            let isPlain: Bool =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"):
                    true
                case UInt8(ascii: "-"): last != byte
                default: false
                }
            last = byte
            let digits = String(byte, radix: 16, uppercase: true)
            result += isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
        }
        return result
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
