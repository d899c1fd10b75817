// The keys of a mapping, declared once: what decodes, what the JSON Schema says, and what `show` prints.

internal import Diagnostics
internal import Digests
internal import Nodes

extension FindingRule {
    static let unknownKey = FindingRule(
        "unknown-key", .keys, "There is no such key here.",
        "A misspelt key would leave its default in force, and nobody would notice. recipe-reference.md lists the keys.")
    static let missingKey = FindingRule(
        "missing-key", .keys, "A key that is needed is not there.",
        "Some keys are always needed, others only beside the key that the message names.")
    static let conflictingKeys = FindingRule(
        "conflicting-keys", .keys, "Keys exclude each other, or one means nothing beside the other.",
        "A setting that does nothing is refused: its writer expects that it does something.")
}

/// The declaration of a mapping with fixed keys.
package struct Declaration<Root: Sendable>: Sendable {
    package let about: String
    /// The value with every default in place.
    let initial: @Sendable () -> Root
    package let keys: [Key<Root>]
    /// Keys of which exactly one must be there; empty where there is no such choice.
    let oneOf: [String]
    /// A key that brings such a choice with it from elsewhere, so that none need be written; nil where there is none.
    let elsewhere: String?
    /// A key by whose means other files may give what is required here; nil where there is none.
    let included: String?
    /// A key that is not required where another has certain values; nil where there is none.
    let exempt: Exemption?
    /// The keys that mean something to each of what ``oneOf`` leaves to choose, and the value that each begins with.
    let meaningful: [String: [String]]
    private let starts: [String: @Sendable () -> Root]
    /// Values under names of the writer's, which stand beside the keys; nil where there are none.
    let others: Others<Root>?

    package init(
        _ about: String, initial: @escaping @Sendable () -> Root, oneOf: [String] = [], elsewhere: String? = nil,
        included: String? = nil, exempt: Exemption? = nil, meaningful: [String: [String]] = [:],
        starts: [String: @Sendable () -> Root] = [:],
        keys: [Key<Root>], others: Others<Root>? = nil
    ) {
        self.about = about
        self.initial = initial
        self.oneOf = oneOf
        self.elsewhere = elsewhere
        self.included = included
        self.exempt = exempt
        self.meaningful = meaningful
        self.starts = starts
        self.keys = keys
        self.others = others
    }

    /// The mapping as a shape, to be used in other declarations.
    package var shape: ValueShape<Root> {
        ValueShape(schema: schema) {
            self.decode($0, &$1)
        } encode: {
            self.encode($0)
        } parameter: {
            self.parameter($0)
        }
    }

    private func encode(_ root: Root) -> JSON {
        var members = [String: JSON](minimumCapacity: keys.count)
        for key in keys { members[key.name] = key.encode(root) }
        return .object(members.merging(others?.encode(root) ?? [:]) { key, _ in key })
    }

    private func parameter(_ root: Root) -> JSON {
        var members: [String: JSON] = [:]
        for key in keys { members[key.name] = key.parameter(root) }
        return .object(members.merging(others?.encode(root) ?? [:]) { key, _ in key })
    }

    private func decode(_ node: Node, _ reading: inout Reading) -> Root? {
        guard let entries = node.entries else {
            reading.wrongType(node, wanted: "a mapping with the keys \(keys.map(\.name).joined(separator: ", "))")
            return nil
        }
        var root = entries.lazy.compactMap { starts[$0.key] }.first?() ?? initial()
        var isWhole = true
        let present = Set(entries.map(\.key))
        for entry in entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                if let others {
                    if !others.decode(entry, &root, &reading) { isWhole = false }
                } else {
                    reportUnknown(entry, besides: present, &reading)
                }
                continue
            }
            if !key.decode(entry.value, &root, &reading) { isWhole = false }
        }
        for key in keys where key.isRequired && !present.contains(key.name) && exempt?.frees(key.name, entries) != true
        {
            isWhole = false
            reading.report(
                Finding(
                    .missingKey, "key \"\(key.name)\" is missing here", at: node.span,
                    help: "\(key.name): \(key.about)"))
        }
        if !oneOf.isEmpty, !chooses(entries, at: node, &reading) { isWhole = false }
        return isWhole ? root : nil
    }

    private func chooses(_ entries: [Node.Entry], at node: Node, _ reading: inout Reading) -> Bool {
        let chosen = entries.filter { oneOf.contains($0.key) }
        if chosen.count == 1 { return true }
        let words = oneOf.joined(separator: ", ")
        if let second = chosen.dropFirst().first {
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(second.key)\" and \"\(chosen[0].key)\" exclude each other",
                    at: second.keySpan,
                    notes: [.init("\"\(chosen[0].key)\" stands here", at: chosen[0].keySpan)],
                    help: "keep one of \(words)"))
        } else if !entries.contains(where: { Spelling.nearest(to: $0.key, among: oneOf) != nil }),
            // What a name that leads nowhere would have brought is not known.
            !reading.findings.contains(where: { found in
                found.rule == .danglingName && entries.contains { "\($0.value.span)" == found.span.map { "\($0)" } }
            })
        {
            reading.report(Finding(.missingKey, "one of the keys \(words) is needed here", at: node.span))
        }
        return false
    }

    private func reportUnknown(_ entry: Node.Entry, besides present: Set<String>, _ reading: inout Reading) {
        guard !reading.isFull else { return }
        let names = keys.map(\.name).filter { !present.contains($0) }
        let nearest = Spelling.nearest(to: entry.key, among: names)
        let help =
            nearest.map { "did you mean \"\($0)\"?" } ?? "the keys here are \(keys.map(\.name).joined(separator: ", "))"
        reading.report(
            Finding(
                .unknownKey, "there is no key \"\(entry.key)\" here", at: entry.keySpan, help: help,
                fix: nearest.flatMap { .respelling(entry.key, at: entry.keySpan, as: $0) }))
    }

    private var schema: JSON {
        var properties: [String: JSON] = [:]
        let defaults = initial()
        for key in keys {
            guard case .object(var property) = key.schema else { continue }
            if !key.isRequired, !key.mayBeAbsent, let value = key.encode(defaults) { property["default"] = value }
            properties[key.name] = .object(property)
        }
        var schema: [String: JSON] = [
            "type": "object", "description": .string(about), "properties": .object(properties),
            "additionalProperties": others?.schema ?? false,
        ]
        let required = keys.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty {
            schema["required"] = .array(required)
            if let exempt {
                schema["required"] = .array(required.filter { $0 != .string(exempt.key) })
                schema["if"] = exempt.schema
                schema["else"] = ["required": [.string(exempt.key)]]
            }
            if let included {
                schema["required"] = [required[0]]
                schema["anyOf"] = [["required": .array(required)], ["required": [.string(included)]]]
            }
        }
        if !oneOf.isEmpty {
            var choices: [JSON] = oneOf.map { ["required": [.string($0)]] }
            if let elsewhere {
                choices.append(["required": [.string(elsewhere)], "not": ["anyOf": .array(choices)]])
            }
            schema["oneOf"] = .array(choices)
        }
        return .object(schema)
    }
}

/// That a required key may be absent where another key has one of some values.
package struct Exemption: Sendable {
    let key: String
    private let other: String
    private let values: [String]

    init(_ key: String, by other: String, where values: [String]) {
        (self.key, self.other, self.values) = (key, other, values)
    }

    func frees(_ name: String, _ entries: [Node.Entry]) -> Bool {
        name == key && entries.contains { $0.key == other && values.contains($0.value.scalar?.text ?? "") }
    }

    /// The schema of a mapping in which the key may be absent.
    var schema: JSON {
        [
            "properties": .object([other: ["enum": .array(values.map { .string($0) })]]),
            "required": [.string(other)],
        ]
    }
}
