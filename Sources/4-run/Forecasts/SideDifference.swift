// The steps in which two recipes, two runs, or a recipe and a run differ, and why. Values to values; reads nothing.

internal import Digests
internal import Plans
internal import Storage

/// All in which one side differs from another.
package struct SideDifference: Sendable {
    /// A step that both have, with another key or another make.
    package struct Change: Sendable {
        package let address: String
        /// What is its own: settings, files, versions.
        package let differences: [Explanation.Difference]
        /// The changed steps whose outputs it reads.
        package let follows: [String]
    }

    /// How many steps both have alike.
    package let same: Int
    package let changed: [Change]
    /// Addresses that only one of them has.
    package let removed: [String]
    package let added: [String]
    /// Steps of the same key under another address; in neither ``removed`` nor ``added``.
    package let renamed: [(old: String, new: String)]

    package init(from old: Side, to new: Side) {
        var changed: [Change] = []
        var differing: Set<String> = []
        var same = 0
        let order = old.isPlan && !new.isPlan ? old.steps : new.steps
        for address in order.lazy.map(\.address) {
            guard let before = old[address], let after = new[address] else { continue }
            if let key = before.key, key == after.key {
                same += 1
                continue
            }
            let (differences, follows) = Self.compare(before, after) { differing.contains($0) }
            if differences.isEmpty, follows.isEmpty {
                same += 1
            } else {
                differing.insert(address)
                changed.append(Change(address: address, differences: differences, follows: follows))
            }
        }
        var added = new.steps.filter { old[$0.address] == nil }
        var removed: [String] = []
        var renamed: [(String, String)] = []
        for step in old.steps where new[step.address] == nil {
            if let key = step.key, let other = added.firstIndex(where: { $0.key == key }) {
                renamed.append((step.address, added.remove(at: other).address))
            } else {
                removed.append(step.address)
            }
        }
        (self.same, self.changed, self.removed) = (same, changed, removed)
        (self.added, self.renamed) = (added.map(\.address), renamed)
    }

    /// In which two steps differ, whatever their addresses; each difference of an input is told by itself.
    package static func between(_ old: Side.Step, _ new: Side.Step) -> [Explanation.Difference] {
        compare(old, new) { _ in false }.differences
    }

    private static func compare(
        _ old: Side.Step, _ new: Side.Step, isChanged: (String) -> Bool
    ) -> (differences: [Explanation.Difference], follows: [String]) {
        guard let before = old.manifest, let after = new.manifest else {
            return (
                [.init(.record, "", nil, nil, "its record is gone from the store, so what it was cannot be told")], []
            )
        }
        if before.kind != after.kind {
            return ([.init(.parameter, "kind", .string(before.kind), .string(after.kind))], [])
        }
        var differences: [Explanation.Difference] = []
        for difference in ManifestDifference.all(from: before.withoutInputs, to: after.withoutInputs) {
            switch difference {
            case .version(let own, let other):
                let text = "ablate computes \(after.kind) differently (version \(own) -> \(other))"
                differences.append(.init(.version, "", .integer(own), .integer(other), text))
            case .parameter(let path, let own, let other):
                let place = new.planned?.place(of: path) ?? old.planned?.place(of: path)
                differences.append(.init(.parameter, path, own, other, place: place))
            case .input: break
            }
        }
        var follows: Set<String> = []
        for name in old.inputNames.union(new.inputNames).sorted() {
            let (own, other) = (before.inputs[name], after.inputs[name])
            if let own, own == other { continue }
            let (from, to) = (old.producers[name], new.producers[name])
            if let maker = to ?? from, isChanged(maker), from == nil || to == nil || from == to {
                follows.insert(maker)
                continue
            }
            let text: String
            if !old.inputNames.contains(name) {
                text = "\(new.noun(of: name)) is a new input"
            } else if !new.inputNames.contains(name) {
                text = "\(old.noun(of: name)) is no longer an input"
            } else if let from, let to, from != to {
                text = "\(name) comes from \(to), and came from \(from)"
            } else if let own, let other {
                text = "\(new.noun(of: name, or: old)) changed (content \(own.short) -> \(other.short))"
            } else {
                // Neither content is known, or one is still to be made by a step that is as it was.
                continue
            }
            differences.append(.init(.input, name, JSON(own?.description), JSON(other?.description), text))
        }
        return (differences, follows.sorted())
    }
}

extension Side.Step {
    /// The inputs, also those whose content is not known.
    var inputNames: Set<String> { planned.map { Set($0.inputs.keys) } ?? Set(manifest?.inputs.keys.map { $0 } ?? []) }

    /// What a message calls an input.
    func noun(of input: String, or other: Side.Step? = nil) -> String {
        switch planned?.inputs[input] {
        case .file(_, let name), .folder(_, let name, _): name
        case .hub(let repository, _, _): repository
        case .output(_, let output): "\(output) of \(producers[input] ?? "another step")"
        case nil: other?.noun(of: input) ?? producers[input].map { "\(input) of \($0)" } ?? "input \(input)"
        }
    }
}

extension Manifest {
    fileprivate var withoutInputs: Manifest { Manifest(self, inputs: [:]) }
}

extension Explanation.Difference {
    init(_ subject: Subject, _ name: String, _ old: JSON?, _ new: JSON?, _ text: String) {
        self.init(subject: subject, name: name, old: old, new: new, place: nil, text: text)
    }

    /// A parameter: `lora.rank: 4 -> 8 (recipe.yaml:22:18)`.
    init(_ subject: Subject, _ name: String, _ old: JSON?, _ new: JSON?, place: String? = nil) {
        func text(_ value: JSON?) -> String { value.map { $0.text() } ?? "nothing" }
        self.init(
            subject: subject, name: name, old: old, new: new, place: place,
            text: "\(name): \(text(old)) -> \(text(new))\(place.map { " (\($0))" } ?? "")")
    }
}
