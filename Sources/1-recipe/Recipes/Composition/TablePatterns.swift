// The files that a pattern of data.train names: `train/*.csv` becomes their list, in the order of their names. Asks which names a
// folder has; opens no file.

internal import Diagnostics
internal import Nodes

struct TablePatterns {
    let surroundings: Surroundings
    let folder: String

    /// The tree with a list of files in place of each pattern. One that no file has a name like stays as it is: it is a file that is missing.
    func resolve(_ root: Node) -> Node {
        guard var entries = root.entries, let place = entries.firstIndex(where: { $0.key == "data" }),
            var data = entries[place].value.entries, let train = data.firstIndex(where: { $0.key == "train" })
        else { return root }
        let node = data[train].value
        let parts = node.elements ?? [node]
        let files = parts.map { expanded($0) }
        guard zip(parts, files).contains(where: { $1.count != 1 || $0.scalar?.text != $1[0].scalar?.text }) else {
            return root
        }
        data[train].value = Node(.sequence(files.flatMap(\.self)), at: node.span, origin: node.origin)
        entries[place].value.content = .mapping(data)
        var root = root
        root.content = .mapping(entries)
        return root
    }

    private func expanded(_ node: Node) -> [Node] {
        guard let text = node.scalar?.text, Self.isPattern(text), surroundings.look(absolute(text)) == nil else {
            return [node]
        }
        let slash = text.lastIndex(of: "/")
        let before = slash.map { String(text[...$0]) } ?? ""
        let pattern = Array((slash.map { text[text.index(after: $0)...] } ?? text[...]).unicodeScalars)
        guard !Self.isPattern(before) else { return [node] }
        let names = surroundings.names(absolute(before.isEmpty ? "." : before)).filter { name in
            // As everywhere, a name that begins with a point is named by a pattern that does.
            name.hasPrefix(".") == (pattern.first == ".") && Self.holds(Array(name.unicodeScalars)[...], pattern[...])
                && TableFormat(path: name) != nil
        }
        let files = names.filter {
            surroundings.look(absolute(before + $0)).map { $0 == .file || $0 == .something } ?? false
        }
        guard !files.isEmpty else { return [node] }
        return files.map { name in
            Node(
                .scalar(.init(text: before + name, isPlain: false)), at: node.span,
                origin: node.origin + ["the pattern \(text)"])
        }
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

    static func isPattern(_ text: String) -> Bool { text.contains { $0 == "*" || $0 == "?" } }

    /// Whether a name is like a pattern: * stands for any characters, ? for one.
    private static func holds(_ name: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
        var (at, place) = (name.startIndex, pattern.startIndex)
        var star: (at: Int, place: Int)?
        while at < name.endIndex {
            if place < pattern.endIndex, pattern[place] == "*" {
                star = (at, place + 1)
                place += 1
            } else if place < pattern.endIndex, pattern[place] == "?" || pattern[place] == name[at] {
                (at, place) = (at + 1, place + 1)
            } else if let last = star {
                // The last star takes one more.
                star = (last.at + 1, last.place)
                (at, place) = (last.at + 1, last.place)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
