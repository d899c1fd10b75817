// What a kind of step reads and gives, by name: each declared once, for the plan, the worker's page and whoever writes a kind.

/// An input as others are told of it.
package struct InputDescription: Sendable {
    /// Its name; with a word in angle brackets, the names that a step gives: `oof.<name>`.
    package let name: String
    /// What it holds, as docs/worker-protocol.md calls it.
    package let holds: String
    /// Whether every step of the kind has it.
    package let isRequired: Bool
    package let about: String

    init(_ name: String, holds: String, isRequired: Bool = true, _ about: String) {
        (self.name, self.holds, self.isRequired, self.about) = (name, holds, isRequired, about)
    }
}

/// An input of a kind, or as many of one form as a step has.
package struct Input<Root: Sendable>: Sendable {
    package let description: InputDescription
    /// Adds those that a step has.
    let collect: @Sendable (Root, inout [String: Source]) -> Void

    /// An input that is always there.
    init<Held: NamedContent>(_ name: String, _ path: any KeyPath<Root, Artifact<Held>> & Sendable, _ about: String) {
        self.init(InputDescription(name, holds: Held.name, about)) {
            $1[name] = $0[keyPath: path].source
        }
    }

    /// An input that some steps do without.
    init<Held: NamedContent>(
        _ name: String, optional path: any KeyPath<Root, Artifact<Held>?> & Sendable, _ about: String
    ) {
        self.init(InputDescription(name, holds: Held.name, isRequired: false, about)) {
            if let artifact = $0[keyPath: path] { $1[name] = artifact.source }
        }
    }

    /// As many inputs as a step has members: those of `prefix` followed by the name of a member.
    init<Held: NamedContent>(
        each prefix: String, _ path: any KeyPath<Root, [String: Artifact<Held>]> & Sendable, of word: String,
        _ about: String
    ) {
        self.init(InputDescription("\(prefix)<\(word)>", holds: Held.name, isRequired: false, about)) {
            for (name, artifact) in $0[keyPath: path] { $1[prefix + name] = artifact.source }
        }
    }

    init(
        _ description: InputDescription,
        collect: @escaping @Sendable (Root, inout [String: Source]) -> Void
    ) {
        (self.description, self.collect) = (description, collect)
    }
}

/// An output of a kind.
package struct OutputDescription: Sendable, ExpressibleByStringLiteral {
    package let name: String
    /// When it is there; nil for always. A step that says it is done and lacks one that is always there is not done.
    package let condition: String?

    init(_ name: String) { (self.name, condition) = (name, nil) }
    package init(stringLiteral name: String) { self.init(name) }
    private init(_ name: String, where condition: String) { (self.name, self.condition) = (name, condition) }

    static func sometimes(_ name: String, _ condition: String) -> OutputDescription {
        OutputDescription(name, where: condition)
    }
}
