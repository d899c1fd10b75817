// Which environment variables a recipe may send to an endpoint. Knows names alone; what they hold is nobody's business here.

package import Diagnostics
internal import Nodes

extension FindingRule {
    static let keyNotAllowed = FindingRule(
        "key-not-allowed", .names, "An annotation names a variable that nobody has allowed to be sent.",
        "A recipe from elsewhere could name any secret of the machine. Names ending in `_API_KEY` are allowed; others by your own site file."
    )
}

package struct KeyVariables: Sendable {
    private let allowed: [String]

    /// - Parameter allowed: Names, or patterns with a `*`, that the user has allowed on this machine.
    package init(allowed: [String] = []) { self.allowed = ["*_API_KEY"] + allowed }

    package func isAllowed(_ name: String) -> Bool { allowed.contains { Self.matches($0[...], name[...]) } }

    /// The key variables of a recipe that nobody has allowed.
    package func findings(_ loaded: LoadedRecipe) -> [Finding] {
        loaded.recipe.annotations.compactMap { entry in
            guard let name = entry.value.keyVariable, !isAllowed(name) else { return nil }
            let node = loaded.tree["annotations"]?[entry.name]?["key-variable"] ?? loaded.tree
            return Finding(
                .keyNotAllowed,
                "\"\(name)\" may be any secret of this machine, and would be sent to \(entry.value.endpoint)",
                at: node.span,
                help:
                    "name the variable ..._API_KEY; or allow it, with `key-variables: [\(name)]` in your own site file, or with --key-variable \(name)"
            )
        }
    }

    private static func matches(_ pattern: Substring, _ name: Substring) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let head = parts.first, let tail = parts.last else { return pattern == name }
        guard name.hasPrefix(head), name.count >= head.count + tail.count, name.hasSuffix(tail) else { return false }
        var rest = name.dropFirst(head.count).dropLast(tail.count)
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        // A star stands for something: `*_API_KEY` alone names nothing.
        return name.count > head.count + tail.count
    }
}
