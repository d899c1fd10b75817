// The first difference of two manifests, in the words of the recipe. One walk, so that the key and the reason agree.

package import Digests

/// One thing in which two manifests differ.
package enum ManifestDifference: Equatable, Sendable {
    /// A parameter, by its dotted path, with old and new value.
    case parameter(path: String, old: JSON?, new: JSON?)
    case input(name: String)
    case version(old: Int, new: Int)

    /// The first difference: version, then parameters, then inputs, each in order of name; nil where there is none.
    package static func first(from old: Manifest, to new: Manifest) -> ManifestDifference? {
        if old.version != new.version { return .version(old: old.version, new: new.version) }
        if let difference = difference(old.parameters, new.parameters, path: []) { return difference }
        let names = Set(old.inputs.keys).union(new.inputs.keys).sorted()
        return names.first { old.inputs[$0] != new.inputs[$0] }.map { .input(name: $0) }
    }

    private static func difference(_ old: JSON?, _ new: JSON?, path: [String]) -> ManifestDifference? {
        if old == new { return nil }
        guard case .object(let before) = old, case .object(let after) = new else {
            return .parameter(path: path.joined(separator: "."), old: old, new: new)
        }
        for name in Set(before.keys).union(after.keys).sorted() {
            if let found = difference(before[name], after[name], path: path + [name]) { return found }
        }
        return nil
    }
}
