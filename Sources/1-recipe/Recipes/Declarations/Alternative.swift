// A mapping that is one of several things, each with a declaration of its own: the key that is there says which it is.

internal import Digests
internal import Nodes

/// One of the things that a mapping may be.
package struct Alternative<Whole: Sendable>: Sendable {
    /// The key by which it is known. No other alternative has it.
    let key: String
    /// It with every default in place.
    let initial: @Sendable () -> Whole
    let keys: [Key<Whole>]
    let isThis: @Sendable (Whole) -> Bool

    /// - Parameters:
    ///   - part: The value as this alternative; nil where it is another.
    init<Part>(
        _ key: String, _ declaration: Declaration<Part>, _ whole: @escaping @Sendable (Part) -> Whole,
        part: @escaping @Sendable (Whole) -> Part?
    ) {
        self.key = key
        let initial = declaration.initial
        self.initial = { whole(initial()) }
        isThis = { part($0) != nil }
        keys = declaration.keys.map { own in
            Key(
                own, isRequired: false, mayBeAbsent: own.name == key || own.mayBeAbsent,
                decode: { node, root, reading in
                    // A value that means nothing here is read, too: what is wrong with it is said all the same.
                    var value = part(root) ?? initial()
                    guard own.decode(node, &value, &reading) else { return false }
                    if part(root) != nil { root = whole(value) }
                    return true
                },
                encode: { root in
                    if own.name == key { return part(root).flatMap(own.encode) }
                    return own.encode(part(root) ?? initial())
                },
                parameter: { own.parameter(part($0) ?? initial()) })
        }
    }
}

extension Declaration {
    /// A mapping that is one of these. Its keys are theirs: first those by which they are known, then the others, each once; a key
    /// that several have is declared alike in them.
    init(_ about: String, _ alternatives: [Alternative<Root>], elsewhere: String? = nil) {
        let names = alternatives.map(\.key)
        var order = names
        for key in alternatives.flatMap(\.keys) where !order.contains(key.name) { order.append(key.name) }
        let keys = order.map { name in
            Key(alternatives.compactMap { one in one.keys.first { $0.name == name }.map { ($0, one.isThis) } })
        }
        self.init(
            about, initial: alternatives[0].initial, oneOf: names, elsewhere: elsewhere,
            meaningful: Dictionary(uniqueKeysWithValues: alternatives.map { ($0.key, $0.keys.map(\.name)) }),
            starts: Dictionary(uniqueKeysWithValues: alternatives.map { ($0.key, $0.initial) }), keys: keys)
    }

    /// The alternative that the keys of a mapping make it, and the keys among them that mean nothing to it.
    func meaningless(in node: Node) -> (alternative: String, keys: [Node.Entry])? {
        let entries = node.entries ?? []
        guard let choice = entries.first(where: { meaningful[$0.key] != nil }), let known = meaningful[choice.key]
        else { return nil }
        // That two alternatives exclude each other is a finding of its own.
        return (choice.key, entries.filter { meaningful[$0.key] == nil && !known.contains($0.key) })
    }
}

extension Key {
    /// A key that one or several alternatives have.
    fileprivate convenience init(_ faces: [(key: Key, isThis: @Sendable (Root) -> Bool)]) {
        let first = faces[0].key
        @Sendable func face(_ root: Root) -> Key { faces.first { $0.isThis(root) }?.key ?? first }
        self.init(
            first, isRequired: first.isRequired, mayBeAbsent: first.mayBeAbsent,
            decode: { face($1).decode($0, &$1, &$2) }, encode: { face($0).encode($0) },
            parameter: { face($0).parameter($0) })
    }

    /// The name, sentence and schema of a key over something else.
    fileprivate convenience init<Other>(
        _ other: Key<Other>, isRequired: Bool, mayBeAbsent: Bool,
        decode: @escaping @Sendable (Node, inout Root, inout Reading) -> Bool,
        encode: @escaping @Sendable (Root) -> JSON?, parameter: @escaping @Sendable (Root) -> JSON?
    ) {
        self.init(
            name: other.name, about: other.about, isRequired: isRequired, mayBeAbsent: mayBeAbsent,
            asBefore: other.asBefore, unit: other.unit, schema: other.schema, decode: decode, encode: encode,
            parameter: parameter)
    }
}
