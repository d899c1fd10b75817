// One config while its keys are read: what it says of the recipe so far, and what is wrong with it.

internal import Diagnostics
internal import Nodes

/// What becomes of a key.
package enum Disposition: String, Sendable, CaseIterable {
    case mapped, implied
    case notApplicable = "not-applicable"
    case unknown
}

/// What a rule makes of one key.
struct Outcome: Sendable {
    var disposition: Disposition
    /// The recipe path, within the model or from the root, that stands for the key.
    var target: String?
    var note: String?
    /// Whether a person should look: the recipe does not do the same, or may not.
    var needsLook = false

    static func mapped(_ target: String, _ note: String? = nil, look: Bool = false) -> Self {
        Outcome(disposition: .mapped, target: target, note: note, needsLook: look)
    }
    static func implied(_ note: String) -> Self { Outcome(disposition: .implied, note: note) }
    static func notApplicable(_ note: String, look: Bool = false) -> Self {
        Outcome(disposition: .notApplicable, note: note, needsLook: look)
    }
}

/// Which rows a config trains on and how it tells them, as far as its own words go.
struct Tables: Sendable {
    var train: String?
    var validation: String?
    var test: String?
    var trainsOnValidation = false
}

/// A config under way. Rules look up other keys here, and leave settings behind.
struct Config: Sendable {
    private let keys: [String: ConfigKey]
    /// Settings of the model by path, such as `lora.rank`.
    var model: [String: Literal] = [:]
    /// Settings of the recipe by path, such as `data.columns.label`, with the place they come from.
    var shared: [String: (value: Literal, span: Span)] = [:]
    var tables = Tables()
    var seed: Int?
    var title: String?
    var findings: [Finding] = []

    /// `keys` by their paths in the tool's table, those of the file first.
    init(keys: [(path: String, key: ConfigKey)]) {
        self.keys = Dictionary(keys.map { ($0.path, $0.key) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of another key, by its path in the tool's table: written in the file or the tool's default.
    subscript(path: String) -> Node? { keys[path]?.value }

    func text(_ path: String) -> String? { self[path]?.scalar?.text }
    func number(_ path: String) -> Double? {
        self[path]?.scalar.flatMap { Self.number($0.text) }
    }
    /// A whole number within a range; nil where the value is none, which the key's own rule reports.
    func whole(_ path: String, _ range: ClosedRange<Int>) -> Int? {
        number(path).flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
    }
    func boolean(_ path: String) -> Bool? { self[path].flatMap(Self.boolean) }
    func words(_ path: String) -> [String]? { self[path].flatMap(Self.words) }

    // MARK: - Reading a value. Those tools' readers are lenient: a quoted number is a number to them.

    mutating func integer(_ node: Node, _ range: ClosedRange<Int>) -> Int? {
        guard let value = number(node, wanted: "a whole number") else { return nil }
        guard value == value.rounded(), abs(value) < 1e15 else { return wrong(node, "a whole number") }
        guard range.contains(Int(value)) else {
            return outOfRange(node, "from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(value)
    }

    mutating func number(_ node: Node, _ range: ClosedRange<Double>, aboveMinimum: Bool = false) -> Double? {
        guard let value = number(node, wanted: "a number") else { return nil }
        guard range.contains(value), !aboveMinimum || value > range.lowerBound else {
            let least = "\(aboveMinimum ? "above" : "from") \(Literal.number(range.lowerBound).yaml)"
            return outOfRange(node, "\(least) up to \(Literal.number(range.upperBound).yaml)")
        }
        return value
    }

    mutating func boolean(_ node: Node) -> Bool? { Self.boolean(node) ?? wrong(node, "true or false") }

    mutating func text(_ node: Node) -> String? { node.scalar?.text ?? wrong(node, "text") }

    /// A list of words, or one text with commas.
    mutating func words(_ node: Node) -> [String]? { Self.words(node) ?? wrong(node, "a list of names") }

    mutating func wrong<Value>(_ node: Node, _ wanted: String) -> Value? {
        findings.append(Finding(.wrongType, "\(wanted) belongs here, and this is \(node.noun)", at: node.span))
        return nil
    }

    private mutating func outOfRange<Value>(_ node: Node, _ bounds: String) -> Value? {
        let shown = node.scalar?.text ?? ""
        findings.append(
            Finding(.outOfRange, "a number \(bounds) belongs here, and this is \(shown)", at: node.span))
        return nil
    }

    private mutating func number(_ node: Node, wanted: String) -> Double? {
        switch node.scalar?.resolved {
        case .integer(let value): return Double(value)
        case .number(let value) where value.isFinite: return value
        case .text: if let value = node.scalar.flatMap({ Self.number($0.text) }) { return value }
        default: break
        }
        return wrong(node, wanted)
    }

    /// A finite number; as readers of YAML 1.1 have it, `500_000` is one.
    private static func number(_ text: String) -> Double? {
        guard text.first != "_", text.last != "_" else { return nil }
        let digits = text.filter { $0 != "_" }
        guard digits == text || digits.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }) else {
            return nil
        }
        return Double(digits).flatMap { $0.isFinite ? $0 : nil }
    }

    /// As readers of YAML 1.1 have it, which those tools are.
    private static func boolean(_ node: Node) -> Bool? {
        switch node.scalar?.text.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    private static func words(_ node: Node) -> [String]? {
        if let elements = node.elements {
            let words = elements.compactMap(\.scalar?.text)
            return words.count == elements.count ? words : nil
        }
        guard let scalar = node.scalar else { return nil }
        return scalar.text.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }
}

extension Node {
    /// A key with nothing behind it.
    var isBlank: Bool { scalar.map { $0.resolved == .null } ?? false }

    /// Nothing at all, or one of the words those tools write for it.
    var isNothing: Bool {
        if let elements { return elements.isEmpty }
        if let entries { return entries.isEmpty }
        guard let scalar else { return false }
        return scalar.text.isEmpty || scalar.resolved == .null || ["None", "none"].contains(scalar.text)
    }
}
