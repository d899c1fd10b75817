// Names that are too long for their place, shortened so that they stay different. Knows no place.

package enum Abbreviation {
    /// The names in at most `most` characters each: what is longer has an ellipsis within, since names differ at their ends more
    /// often than at their beginnings. Names that would look alike then show where they differ, or are numbered. Equal names stay
    /// equal; what fits stays as it is.
    package static func distinct(_ names: [String], most: Int) -> [String] {
        let limit = max(8, most)
        guard names.contains(where: { $0.count > limit }) else { return names }
        var shown: [String: String] = [:]
        for name in names { shown[name] = middle(name, limit) }
        let alike = Dictionary(grouping: shown.keys, by: { shown[$0]! }).values.filter { $0.count > 1 }
        // In the order in which the names were given: a set has none of its own.
        let order = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for group in alike {
            let members = group.sorted { order[$0]! < order[$1]! }
            let start = zip(members[0], members[1]).prefix { $0 == $1 }.count
            let common = members.dropFirst(2).reduce(start) { least, name in
                min(least, zip(members[0], name).prefix { $0 == $1 }.count)
            }
            for name in members { shown[name] = around(common, of: name, limit) }
        }
        var taken: Set<String> = []
        for name in Set(names).sorted(by: { order[$0]! < order[$1]! }) {
            var label = shown[name]!
            var number = 2
            while !taken.insert(label).inserted {
                label = middle(name, limit - "\(number)".count - 2) + " #\(number)"
                number += 1
            }
            shown[name] = label
        }
        return names.map { shown[$0]! }
    }

    /// The beginning and rather more of the end.
    private static func middle(_ name: String, _ most: Int) -> String {
        guard name.count > most else { return name }
        return "\(name.prefix(most / 3))…\(name.suffix(most - most / 3 - 1))"
    }

    /// The beginning, and what follows from `place` on, where this name differs from others.
    private static func around(_ place: Int, of name: String, _ most: Int) -> String {
        guard name.count > most else { return name }
        let head = most / 3
        guard place > head else { return middle(name, most) }
        // Some of what it shares with the others, so that the difference is seen in its place.
        let from = min(place - min(4, place - head), name.count - (most - head - 1))
        let rest = name.dropFirst(from)
        let room = most - head - 1
        return "\(name.prefix(head))…" + (rest.count > room ? "\(rest.prefix(room - 1))…" : String(rest))
    }
}
