// The path of a value in a recipe, as `--set`, `vary`, `diff` and the logbook write it: parts apart by points, a part that
// holds a point in quotes. Knows names only where it is given a tree to look them up in.

package import Nodes

/// A path such as `models."qwen2.5".lora.rank`.
package struct SettingPath: Sendable, Hashable {
    package let parts: [String]
    package init(_ parts: [String]) { self.parts = parts }

    /// A recipe is nowhere deeper than that.
    package static let deepest = 16

    /// Reads a path; nil where a part is empty, a quote has no end, or there are too many parts.
    ///
    /// - Parameter tree: What the path is to be found in. A name with points needs no quotes where it is there: of the names that
    ///   the path may mean, the longest counts. `settings.lr` of a model that is a program is the program's.
    package init?(_ text: String, in tree: Node? = nil) {
        guard let words = Self.words(text), words.count <= 4 * Self.deepest else { return nil }
        var parts: [String] = []
        var rest = words[...]
        var node = tree
        while let first = rest.first {
            var taken = 1
            if !first.isQuoted, let names = node?.entries.map({ Set($0.map(\.key)) }) {
                let run = rest.prefix { !$0.isQuoted }
                taken = (1...run.count).last { names.contains(run.prefix($0).map(\.text).joined(separator: ".")) } ?? 1
            }
            let part = rest.prefix(taken).map(\.text).joined(separator: ".")
            // The settings of a program stand in it, and are named without it.
            if part == "settings", node?[part] == nil, let program = node?["program"] {
                parts.append("program")
                node = program
            }
            parts.append(part)
            node = node?[part]
            rest = rest.dropFirst(taken)
        }
        guard !parts.isEmpty, parts.count <= Self.deepest else { return nil }
        self.parts = parts
    }

    /// The path as it is read: quotes stand only where a part needs them.
    package var text: String {
        parts.map { part in
            guard part.isEmpty || part.contains(where: { ".\"\\=".contains($0) }) else { return part }
            return "\"\(part.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        }.joined(separator: ".")
    }

    /// The place of the `=` that ends a path at the head of `path=value`, outside of quotes; nil where there is none.
    package static func end(of argument: String) -> String.Index? {
        var isQuoted = false
        var isEscaped = false
        var isAtStart = true
        for index in argument.indices {
            let character = argument[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                isEscaped = character == "\\"
                isQuoted = character != "\""
            } else if character == "=" {
                return index
            } else {
                isQuoted = character == "\"" && isAtStart
            }
            isAtStart = character == "." && !isQuoted
        }
        return nil
    }

    private static func words(_ text: String) -> [(text: String, isQuoted: Bool)]? {
        var words: [(text: String, isQuoted: Bool)] = []
        var rest = Substring(text)
        while true {
            var word = ""
            let isQuoted = rest.first == "\""
            if isQuoted {
                rest.removeFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\" {
                        guard let next = rest.popFirst() else { return nil }
                        word.append(next)
                    } else {
                        word.append(character)
                    }
                    if rest.isEmpty { return nil }
                }
            } else {
                word = String(rest.prefix { $0 != "." })
                rest = rest.dropFirst(word.count)
            }
            guard !word.isEmpty, words.count < 4 * deepest else { return nil }
            words.append((word, isQuoted))
            guard let next = rest.popFirst() else { return words }
            guard next == "." else { return nil }
        }
    }
}
