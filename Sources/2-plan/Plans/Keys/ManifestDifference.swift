// The differences of two manifests, in the words of the recipe. One walk, so that the key and the reasons agree.

package import Digests

/// One thing in which two manifests differ.
package enum ManifestDifference: Equatable, Sendable {
    /// A parameter, by its dotted path, with old and new value.
    case parameter(path: String, old: JSON?, new: JSON?)
    case input(name: String)
    case version(old: Int, new: Int)

    /// Every difference: version, then parameters, then inputs, each in order of name.
    package static func all(from old: Manifest, to new: Manifest) -> [ManifestDifference] {
        var differences: [ManifestDifference] = []
        if old.version != new.version { differences.append(.version(old: old.version, new: new.version)) }
        collect(old.parameters, new.parameters, path: [], into: &differences)
        let names = Set(old.inputs.keys).union(new.inputs.keys).sorted()
        return differences + names.filter { old.inputs[$0] != new.inputs[$0] }.map { .input(name: $0) }
    }

    /// The first of ``all(from:to:)``; nil where there is none.
    package static func first(from old: Manifest, to new: Manifest) -> ManifestDifference? {
        all(from: old, to: new).first
    }

    private static func collect(
        _ old: JSON?, _ new: JSON?, path: [String], into differences: inout [ManifestDifference]
    ) {
        if old == new { return }
        guard case .object(let before) = old, case .object(let after) = new else {
            differences.append(.parameter(path: path.joined(separator: "."), old: old, new: new))
            return
        }
        let count = differences.count
        for name in Set(before.keys).union(after.keys).sorted() {
            collect(before[name], after[name], path: path + [name], into: &differences)
        }
        // The names of members may differ in their bytes and not as texts.
        if differences.count == count {
            differences.append(.parameter(path: path.joined(separator: "."), old: old, new: new))
        }
    }
}
