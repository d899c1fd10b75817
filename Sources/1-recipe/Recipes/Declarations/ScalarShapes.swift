// The shapes of single values: text, numbers, choices. One rule for every plain scalar: the key says which type it wants,
// YAML 1.2 says which type the text has, and where YAML readers disagree the writer is asked.

internal import Diagnostics
internal import Digests
internal import Nodes
internal import Words

extension FindingRule {
    static let ambiguousScalar = FindingRule(
        "ambiguous-scalar", .text,
        "A plain word that other YAML readers take for something else: it needs quotes, or the value in full.",
        "Whether `no` is a word or false, and `010` eight or ten, depends on the version of YAML. A recipe means the same to all of them."
    )
    static let badValue = FindingRule(
        "bad-value", .keys, "The value is of the right type and does not have the form that the key takes.",
        "The message or its help shows the form.")
}

extension ValueShape where Value == String {
    /// Text. A plain scalar that is a number, a boolean or nothing by YAML 1.2 is refused, so that nobody's `1.10` loses its zero.
    package static func text(
        pattern: String? = nil, wanted: String = "text", accepts: @escaping @Sendable (String) -> Bool = { _ in true }
    )
        -> Self
    {
        var schema: [String: JSON] = ["type": "string"]
        if let pattern { schema["pattern"] = .string(pattern) }
        return ValueShape(schema: .object(schema)) { node, reading in
            guard let text = ScalarReading.text(node, wanted: wanted, reading: &reading) else { return nil }
            guard accepts(text) else {
                reading.report(Finding(.badValue, "\(wanted) belongs here, and this is \"\(text)\"", at: node.span))
                return nil
            }
            return text
        } encode: {
            .string($0)
        }
    }

    /// A class label: text, or a whole number, which stands for its digits, or a boolean, which stands for true or false.
    package static var label: Self {
        ValueShape(schema: ["type": ["string", "integer", "boolean"]]) { node, reading in
            if let scalar = node.scalar, case .boolean(let value) = scalar.resolved { return value ? "true" : "false" }
            if let scalar = node.scalar, case .integer = scalar.resolved {
                guard let ambiguity = scalar.ambiguity else { return scalar.text }
                reading.report(ScalarReading.ambiguousText(node, ambiguity))
                return nil
            }
            return ScalarReading.text(
                node, wanted: "a label (text, a whole number, or true or false)", reading: &reading)
        } encode: {
            .string($0)
        }
    }
}

extension ValueShape where Value == Bool {
    /// true or false, and no other word for them.
    package static var boolean: Self {
        ValueShape(schema: ["type": "boolean"]) { node, reading in
            guard let scalar = node.scalar, case .boolean(let value) = scalar.resolved else {
                let word = node.scalar?.text.lowercased() ?? ""
                let help =
                    ["yes", "on"].contains(word) ? "write true" : ["no", "off"].contains(word) ? "write false" : nil
                reading.wrongType(node, wanted: "true or false", help: help)
                return nil
            }
            return value
        } encode: {
            .bool($0)
        }
    }
}

extension ValueShape where Value == Int {
    /// A whole number within `range`.
    package static func integer(_ range: ClosedRange<Int>) -> Self {
        var schema: [String: JSON] = ["type": "integer", "minimum": .integer(range.lowerBound)]
        if range.upperBound < Int.max { schema["maximum"] = .integer(range.upperBound) }
        let bounds =
            range.upperBound < Int(Int32.max)
            ? "from \(range.lowerBound) to \(range.upperBound)" : "of at least \(range.lowerBound)"
        return ValueShape(schema: .object(schema)) { node, reading in
            let wanted = "a whole number \(bounds)"
            guard let scalar = node.scalar, case .integer(let value) = scalar.resolved else {
                reading.wrongType(node, wanted: wanted, help: ScalarReading.unquoting(node))
                return nil
            }
            if let ambiguity = scalar.ambiguity {
                reading.report(
                    ScalarReading.ambiguous(
                        node, ambiguity, help: "write \(value)",
                        fix: .init(replacing: node.span, with: String(value), isSafe: false)))
                return nil
            }
            guard range.contains(value) else {
                reading.report(Finding(.outOfRange, "\(wanted) belongs here, and this is \(value)", at: node.span))
                return nil
            }
            return value
        } encode: {
            .integer($0)
        }
    }
}

extension ValueShape where Value == Double {
    /// A finite number within `range`; with `aboveMinimum` the lower bound itself is refused.
    package static func number(_ range: ClosedRange<Double>, aboveMinimum: Bool = false) -> Self {
        var schema: [String: JSON] = ["type": "number"]
        schema[aboveMinimum ? "exclusiveMinimum" : "minimum"] = .number(range.lowerBound)
        if range.upperBound.isFinite { schema["maximum"] = .number(range.upperBound) }
        let lower = aboveMinimum ? "above \(range.lowerBound)" : "of at least \(range.lowerBound)"
        let wanted = "a number \(lower)" + (range.upperBound.isFinite ? " and at most \(range.upperBound)" : "")
        return ValueShape(schema: .object(schema)) { node, reading in
            var value: Double?
            switch node.scalar?.resolved {
            case .integer(let integer): value = Double(integer)
            case .number(let number) where number.isFinite: value = number
            default: break
            }
            guard let value else {
                reading.wrongType(node, wanted: wanted, help: ScalarReading.unquoting(node))
                return nil
            }
            if let ambiguity = node.scalar?.ambiguity {
                reading.report(ScalarReading.ambiguous(node, ambiguity, help: "write the number without leading zeros"))
                return nil
            }
            guard range.contains(value), !aboveMinimum || value > range.lowerBound else {
                reading.report(
                    Finding(
                        .outOfRange, "\(wanted) belongs here, and this is \(node.scalar?.text ?? "")", at: node.span)
                )
                return nil
            }
            return value
        } encode: {
            .number($0)
        }
    }
}

extension ValueShape where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the words of an enumeration. `off` and `none` are plain words here, whatever other readers make of them.
    package static var choice: Self {
        let word = ValueShape<String>.word(Value.allCases.map(\.rawValue))
        return ValueShape(schema: word.schema) { node, reading in
            word.decode(node, &reading).flatMap(Value.init(rawValue:))
        } encode: {
            .string($0.rawValue)
        }
    }
}

extension ValueShape where Value == String {
    /// One of these words, or of a family of words.
    ///
    /// - Parameter families: each as people read it (`map@K`), as a regular expression, and as what tells whether a word is of it.
    package static func word(
        _ words: [String],
        families: [(form: String, pattern: String, has: @Sendable (String) -> Bool)] = []
    ) -> Self {
        let plain: JSON = ["enum": .array(words.map { .string($0) })]
        let schema: JSON =
            families.isEmpty
            ? plain
            : ["anyOf": .array([plain] + families.map { ["type": "string", "pattern": .string($0.pattern)] })]
        return ValueShape(schema: schema) { node, reading in
            let wanted = "one of \((words + families.map(\.form)).joined(separator: ", "))"
            guard let text = node.scalar?.text else {
                reading.wrongType(node, wanted: wanted)
                return nil
            }
            if words.contains(text) || families.contains(where: { $0.has(text) }) { return text }
            let nearest = Spelling.nearest(to: text, among: words)
            reading.report(
                Finding(
                    .unknownValue, "\(wanted) belongs here, and this is \"\(text)\"", at: node.span,
                    help: nearest.map { "did you mean \"\($0)\"?" },
                    fix: nearest.flatMap { .respelling(text, at: node.span, as: $0) }))
            return nil
        } encode: {
            .string($0)
        }
    }
}

enum ScalarReading {
    /// The text of a scalar, refused where it is not text to every reader of YAML.
    static func text(_ node: Node, wanted: String, reading: inout Reading) -> String? {
        guard let scalar = node.scalar, case .text = scalar.resolved else {
            let help = node.scalar.map {
                $0.text.isEmpty ? "write a value" : "write \"\($0.text)\", with quotes, if text is meant"
            }
            reading.wrongType(node, wanted: wanted, help: help, fix: quoted(node))
            return nil
        }
        if let ambiguity = scalar.ambiguity {
            reading.report(ambiguousText(node, ambiguity))
            return nil
        }
        return scalar.text
    }

    static func ambiguous(_ node: Node, _ ambiguity: String, help: String, fix: Finding.Fix? = nil) -> Finding {
        Finding(.ambiguousScalar, "\(node.scalar?.text ?? "") is \(ambiguity)", at: node.span, help: help, fix: fix)
    }

    /// What to do about a number in quotes; nil for anything else.
    static func unquoting(_ node: Node) -> String? {
        guard let scalar = node.scalar, !scalar.isPlain, Double(scalar.text) != nil else { return nil }
        return "remove the quotes: they make it text"
    }

    /// What other readers would not take for text, where text is wanted.
    static func ambiguousText(_ node: Node, _ ambiguity: String) -> Finding {
        let help = "write \"\(node.scalar?.text ?? "")\", with quotes, if text is meant"
        return ambiguous(node, ambiguity, help: help, fix: quoted(node))
    }

    /// A plain scalar in quotes, where text is wanted; nil for anything else, and for an empty one.
    private static func quoted(_ node: Node) -> Finding.Fix? {
        guard let scalar = node.scalar, scalar.isPlain, node.span.text == scalar.text, scalar.resolved != .null
        else { return nil }
        return Finding.Fix(replacing: node.span, with: YAMLText.quoted(scalar.text), isSafe: true)
    }
}

extension Finding.Fix {
    /// Another spelling of a word: certain where only case or `_` for `-` differs, a guess otherwise.
    static func respelling(_ word: String, at span: Span, as right: String) -> Self? {
        Self(replacing: word, at: span, with: right, isSafe: Spelling.isSame(word, right))
    }
}
