// Patterns over addresses.

/// A pattern such as `tiny/*/fold-0/**`.
package struct Glob: Sendable {
    private let parts: [Substring]
    package init(_ pattern: String) { parts = pattern.split(separator: "/", omittingEmptySubsequences: false) }

    /// Whether the whole address matches; a pattern that ends early matches everything below it.
    package func matches(_ address: String) -> Bool {
        Self.matches(parts[...], address.split(separator: "/")[...])
    }

    private static func matches(_ pattern: ArraySlice<Substring>, _ address: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return true }
        if first == "**" {
            return (address.startIndex...address.endIndex).contains { matches(pattern.dropFirst(), address[$0...]) }
        }
        guard let part = address.first, matches(part: Array(first), Array(part)) else { return false }
        return matches(pattern.dropFirst(), address.dropFirst())
    }

    private static func matches(part pattern: [Character], _ text: [Character]) -> Bool {
        var (row, column, star, mark) = (0, 0, -1, 0)
        while column < text.count {
            if row < pattern.count, pattern[row] == "*" {
                (star, mark) = (row, column)
                row += 1
            } else if row < pattern.count, pattern[row] == text[column] || pattern[row] == "?" {
                row += 1
                column += 1
            } else if star >= 0 {
                mark += 1
                (row, column) = (star + 1, mark)
            } else {
                return false
            }
        }
        return pattern[row...].allSatisfy { $0 == "*" }
    }
}
