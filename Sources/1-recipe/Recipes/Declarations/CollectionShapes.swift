// The shapes of lists and of mappings with names the writer chooses.

internal import Diagnostics
internal import Digests
internal import Nodes

extension FindingRule {
    static let repeatedValue = FindingRule(
        "repeated-value", .keys, "A value stands twice where each may stand once.",
        "A seed that stands twice would count the same model twice in every average.")
    static let badName = FindingRule(
        "bad-name", .keys, "A name that cannot be part of an address, or is ablate's own.",
        "Names become parts of the addresses of steps, such as `large/seed-1/fold-0/fit`, and of file names.")
}

/// A value under a name the writer chose, with the name's place. Order is the order of the file.
package struct Named<Value: Sendable>: Sendable {
    package let name: String
    package let value: Value
    package init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

extension ValueShape {
    /// A list of at least `minimum` values; of equal ones if `unique` is false.
    package static func list<Element: Hashable>(of element: ValueShape<Element>, minimum: Int = 1, unique: Bool = true)
        -> Self
    where Value == [Element] {
        ValueShape(
            schema: [
                "type": "array", "items": element.schema, "minItems": .integer(minimum), "uniqueItems": .bool(unique),
            ]
        ) { node, reading in
            guard let elements = node.elements else {
                let single = node.scalar.flatMap { scalar in
                    // Nothing that means something to YAML: a comma or a brace would make another list of it.
                    let isWord = scalar.text.allSatisfy { $0.isLetter || $0.isNumber || "._/-".contains($0) }
                    return isWord && !scalar.text.isEmpty && node.span.text == scalar.text ? "[\(scalar.text)]" : nil
                }
                reading.wrongType(
                    node, wanted: "a list", help: single.map { "write \($0)" },
                    fix: single.map { .init(replacing: node.span, with: $0, isSafe: true) })
                return nil
            }
            guard elements.count >= minimum else {
                reading.report(
                    Finding(
                        .outOfRange, "a list of at least \(minimum) belongs here, and this has \(elements.count)",
                        at: node.span))
                return nil
            }
            var values: [Element] = []
            var known: Set<Element> = []
            var isWhole = true
            for item in elements {
                guard let value = element.decode(item, &reading) else {
                    isWhole = false
                    continue
                }
                if unique, !known.insert(value).inserted {
                    // What is the same to a reader would be two columns, classes or files to a program.
                    let isExact = (value as? String).map { own in
                        values.contains { ($0 as? String)?.isExactly(own) ?? true }
                    }
                    let message =
                        isExact ?? true
                        ? "this stands in the list already"
                        : "this stands in the list already, written with other code points: the two differ in Unicode normalization alone"
                    reading.report(Finding(.repeatedValue, message, at: item.span))
                }
                values.append(value)
            }
            return isWhole ? values : nil
        } encode: {
            .array($0.map(element.encode))
        } parameter: {
            .array($0.map(element.parameter))
        }
    }

    /// A mapping from names the writer chooses to values; names must do as parts of an address.
    static func named<Element>(
        _ element: ValueShape<Element>, noun: String
    ) -> Self where Value == [Named<Element>] {
        let pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$"
        return ValueShape(
            schema: [
                "type": "object", "additionalProperties": element.schema,
                "propertyNames": ["pattern": .string(pattern)],
            ]
        ) { node, reading in
            guard let entries = node.entries else {
                reading.wrongType(node, wanted: "a mapping from a name to a \(noun)")
                return nil
            }
            var values: [Named<Element>] = []
            var isWhole = true
            for entry in entries {
                if !Name.isValid(entry.key) {
                    reading.report(
                        Finding(
                            .badName, "\"\(entry.key)\" cannot name a \(noun)", at: entry.keySpan,
                            help: "use letters, digits, '.', '_' and '-', beginning with a letter or digit"))
                } else if entry.key.utf8.count > Name.longest {
                    reading.report(Name.tooLong(entry.key, at: entry.keySpan))
                }
                guard let value = element.decode(entry.value, &reading) else {
                    isWhole = false
                    continue
                }
                values.append(Named(name: entry.key, value: value))
            }
            return isWhole ? values : nil
        } encode: {
            .object(Dictionary($0.map { ($0.name, element.encode($0.value)) }, uniquingKeysWith: { $1 }))
        } parameter: {
            .object(Dictionary($0.map { ($0.name, element.parameter($0.value)) }, uniquingKeysWith: { $1 }))
        }
    }

    /// The value as the writer left it, for keys whose meaning depends on others (`vary`, `with`).
    static func mapping(of values: String) -> Self where Value == [Node.Entry] {
        let content: JSON =
            switch values {
            case "lists": ["type": "array", "minItems": 1]
            case "mappings": ["type": "object"]
            default: [:]
            }
        return ValueShape(schema: ["type": "object", "additionalProperties": content]) { node, reading in
            guard let entries = node.entries else {
                reading.wrongType(node, wanted: "a mapping from settings to \(values)")
                return nil
            }
            return entries
        } encode: { entries in
            .object(Dictionary(entries.map { ($0.key, $0.value.plain) }, uniquingKeysWith: { $1 }))
        }
    }
}

extension ValueShape where Value == [Node] {
    /// A list of mappings, as the writer left them.
    static var mappings: Self {
        ValueShape(schema: ["type": "array", "items": ["type": "object"]]) { node, reading in
            guard let elements = node.elements else {
                reading.wrongType(node, wanted: "a list of mappings")
                return nil
            }
            for element in elements where element.entries == nil {
                reading.wrongType(element, wanted: "a mapping from settings to values")
                return nil
            }
            return elements
        } encode: {
            .array($0.map(\.plain))
        }
    }
}

enum Name {
    /// Bytes of a name: files are named by it, with more before and behind, and a file's name may have 255.
    static let longest = 200

    static func tooLong(_ name: String, at span: Span) -> Finding {
        Finding(
            .badName,
            "a name of \(name.utf8.count) bytes is too long: files are named by it, and \(longest) are the most",
            at: span, help: "choose a shorter name")
    }

    /// Whether a text can stand in an address between two slashes.
    static func isValid(_ name: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard let first = name.utf8.first, isAlphanumeric(first) else { return false }
        return name.utf8.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
    }
}

extension ValueShape where Value == [String] {
    /// A text, or a list of texts. One alone is written as itself.
    static var oneOrMore: Self {
        let (one, list) = (ValueShape<String>.text(), ValueShape<[String]>.list(of: .text()))
        return ValueShape(schema: ["anyOf": [one.schema, list.schema]]) { node, reading in
            node.elements == nil ? one.decode(node, &reading).map { [$0] } : list.decode(node, &reading)
        } encode: { values in
            values.count == 1 ? .string(values[0]) : .array(values.map { .string($0) })
        }
    }
}
