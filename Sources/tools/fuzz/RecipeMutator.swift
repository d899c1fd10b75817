// Recipes that are nearly valid: a valid one with a few changes, most of which the declarations allow. Knows the schema alone.

import Digests
import Nodes
import Recipes
import Words

struct RecipeMutator {
    private let corpus: [Tree]
    private let schema: JSON
    private var random: SeededGenerator
    private var tree: Tree = .mapping([])

    /// The maker of recipe number `iteration` of a run with `seed`, which depends on nothing else but the corpus.
    init(corpus: [Tree], schema: JSON, seed: UInt64, iteration: Int) {
        self.corpus = corpus
        self.schema = schema
        random = SeededGenerator(seed: seed &* 0x1_0000_0001_B3 ^ UInt64(iteration))
        _ = random.next()
    }

    /// A recipe, and arguments of `--set` for it.
    mutating func input() -> (text: String, overrides: [String]) {
        tree = corpus.randomElement(using: &random) ?? .mapping([])
        // Few changes are read to the end, many try the findings.
        for _ in 0..<(below(4) == 0 ? 1 + below(6) : 1 + below(2)) { mutate() }
        var overrides: [String] = []
        while below(12) == 0, overrides.count < 3 { overrides.append(override()) }
        return (tree.document, overrides)
    }

    // MARK: - Changes

    private mutating func mutate() {
        switch below(24) {
        case 0...4: setKey()
        case 5, 6: replaceValue()
        case 7: tree.set(nil, at: anyPath())
        case 8...11: vary()
        case 12: retarget()
        case 13: swapValues()
        case 14...16: add()
        case 17...19: teach()
        case 20: repeatElement()
        case 21: rename()
        case 22: replaceValue()
        default: tree.set(hostile(), at: anyPath())
        }
    }

    /// A key that the declarations have, in a mapping that is there, with a value that they allow, or nearly.
    private mutating func setKey() {
        let mappings = tree.paths.filter { if case .mapping = tree.value(at: $0) { true } else { false } }
        guard let path = mappings.randomElement(using: &random), let schema = Self.schema(schema, at: path) else {
            return
        }
        guard let properties = schema["properties"]?.object,
            let key = properties.keys.sorted().randomElement(using: &random)
        else {
            if let element = schema["additionalProperties"], element.object != nil {
                tree.set(value(element), at: path + [name()])
            }
            return
        }
        tree.set(value(properties[key] ?? [:]), at: path + [key])
    }

    private mutating func replaceValue() {
        let path = anyPath()
        guard let schema = Self.schema(schema, at: path) else { return }
        tree.set(value(schema), at: path)
    }

    /// An ablation over a few settings of a model or an entry.
    private mutating func vary() {
        let models = tree["models"]?.keys ?? []
        let subject = (models + (tree["stack"]?.keys ?? [])).randomElement(using: &random) ?? "x"
        let section = models.contains(subject) ? "models" : "stack"
        guard let shape = schema["properties"]?[section]?["additionalProperties"] else { return }
        var ablation: Tree = .mapping([("hypothesis", .scalar("\"?\"")), ("of", .scalar(subject))])
        for word in ["vary", "zip", "together", "with", "except"] where word == "vary" || below(5) == 0 {
            var settings: [(key: String, value: Tree)] = []
            for _ in 0..<(1 + below(2)) {
                let (path, schema) = setting(shape)
                let values = (0..<(1 + below(3))).map { _ in value(schema) }
                switch word {
                case "vary", "zip": settings.append((path, .list(values)))
                case "together": settings.append((name(), .mapping([(path, values[0])])))
                default: settings.append((path, values[0]))
                }
            }
            ablation[word] = word == "except" ? .list([.mapping(settings)]) : .mapping(settings)
        }
        if tree["ablations"] == nil { tree["ablations"] = .mapping([]) }
        tree.set(ablation, at: ["ablations", name()])
    }

    /// The path of a setting from its model or entry, and its schema.
    private mutating func setting(_ shape: JSON) -> (String, JSON) {
        var path: [String] = []
        var schema = shape
        while path.count < 4 {
            let choices = [schema] + (schema["anyOf"]?.array ?? [])
            guard let properties = choices.compactMap({ $0["properties"]?.object }).first,
                let key = properties.keys.sorted().randomElement(using: &random)
            else { break }
            path.append(key)
            schema = properties[key] ?? [:]
            if below(3) == 0 { break }
        }
        return (path.isEmpty ? "lora.rank" : path.joined(separator: "."), schema)
    }

    /// Another of the recipe's names where a name stands.
    private mutating func retarget() {
        let names = self.names
        let places = tree.paths.filter { path in
            if case .scalar(let text) = tree.value(at: path) { names.contains { text.hasPrefix($0) } } else { false }
        }
        guard let path = places.randomElement(using: &random) else { return }
        tree.set(.scalar(names.randomElement(using: &random) ?? "x"), at: path)
    }

    private mutating func swapValues() {
        let (one, other) = (anyPath(), anyPath())
        guard let first = tree.value(at: one), let second = tree.value(at: other) else { return }
        tree.set(second, at: one)
        tree.set(first, at: other)
    }

    /// A stack entry, a custom step, or a model like another, over names that are there.
    private mutating func add() {
        let names = self.names
        func some(_ random: inout SeededGenerator) -> Tree {
            .list(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    .scalar(names.randomElement(using: &random) ?? "x")
                })
        }
        switch below(6) {
        case 0:
            put(
                "stack",
                .mapping([("average", some(&random)), ("weights", .scalar(["equal", "simplex", "greedy"][below(3)]))]))
        case 1: put("stack", .mapping([("optimize", .scalar(names.randomElement(using: &random) ?? "x"))]))
        case 2:
            put(
                "stack",
                .mapping([
                    (["lightgbm", "logistic", "ridge", "simplex"][below(4)], some(&random)),
                    ("features", .list([.scalar(["length", "group-statistics", "tfidf"][below(3)])])),
                ]))
        case 3:
            put(
                "models",
                .mapping([("like", .scalar((tree["models"]?.keys ?? []).randomElement(using: &random) ?? "x"))]))
        default:
            let outputs = [["out-of-fold"], ["test"], ["out-of-fold", "test"], ["model"]][below(4)]
            var inputs: [(key: String, value: Tree)] = []
            var command: [Tree] = [
                .scalar("python3"), .scalar(["x.py", "train.csv", "--t=train.csv", "-m", "a.b"][below(5)]),
            ]
            for index in 0..<below(4) {
                let source = [
                    "data.train", "data.test", "folds", "./f",
                    (names.randomElement(using: &random) ?? "x") + ".out-of-fold",
                    (names.randomElement(using: &random) ?? "x") + ".test",
                    (names.randomElement(using: &random) ?? "x") + ".model",
                ][below(7)]
                inputs.append(("i\(index)", .scalar(YAMLText.quoted(source))))
                command.append(.scalar("\"{in.i\(index)}\""))
            }
            command += outputs.map { .scalar("\"{out.\($0)}\"") }
            var step: Tree = .mapping([
                ("command", .list(command)), ("outputs", .list(outputs.map { .scalar($0) })),
                ("inputs", .mapping(inputs)),
            ])
            if below(3) == 0 { step["labels"] = .scalar(["unused", "cross-fitted", "in-sample"][below(3)]) }
            put("steps", step)
        }
    }

    private mutating func put(_ section: String, _ value: Tree) {
        if tree[section] == nil { tree[section] = .mapping([]) }
        tree.set(value, at: [section, name()])
    }

    /// Pseudo-labels for a model, or rounds for all.
    private mutating func teach() {
        let from = names.randomElement(using: &random) ?? "x"
        let settings: [(key: String, value: Tree)] = [
            ("from", .scalar(from)), ("labels", .scalar(["hard", "soft"][below(2)])),
            ("weight", .scalar(["1", "0.5", "2"][below(3)])),
        ]
        if below(3) == 0 {
            tree["rounds"] = .mapping([("count", .scalar("\(below(4))"))] + settings)
        } else if let model = (tree["models"]?.keys ?? []).randomElement(using: &random) {
            tree.set(.mapping(settings), at: ["models", model, "pseudo-labels"])
        }
    }

    private mutating func repeatElement() {
        let lists = tree.paths.filter { if case .list = tree.value(at: $0) { true } else { false } }
        guard let path = lists.randomElement(using: &random), case .list(let elements) = tree.value(at: path),
            let element = elements.randomElement(using: &random)
        else { return }
        tree.set(.list(elements + (0..<(1 << below(4))).map { _ in element }), at: path)
    }

    private mutating func rename() {
        guard let section = ["models", "stack", "steps", "ablations"].randomElement(using: &random),
            case .mapping(var entries) = tree[section], let index = entries.indices.randomElement(using: &random)
        else { return }
        entries[index].key = name()
        tree[section] = .mapping(entries)
    }

    // MARK: - Values

    private mutating func value(_ schema: JSON, depth: Int = 0) -> Tree {
        if below(60) == 0 || depth > 6 { return hostile() }
        if let constant = schema["const"] { return scalar(constant) }
        if let words = schema["enum"]?.array, let word = words.randomElement(using: &random) { return scalar(word) }
        if let choices = schema["anyOf"]?.array ?? schema["oneOf"]?.array, schema["properties"] == nil,
            let choice = choices.randomElement(using: &random)
        {
            return value(choice, depth: depth + 1)
        }
        switch schema["type"]?.string ?? schema["type"]?.array?.first?.string {
        case "object":
            let properties = schema["properties"]?.object ?? [:]
            let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
            var entries: [(key: String, value: Tree)] = []
            for key in properties.keys.sorted() where required.contains(key) || below(4) == 0 {
                entries.append((key, value(properties[key] ?? [:], depth: depth + 1)))
            }
            return .mapping(entries)
        case "array":
            return .list((0..<(1 + below(3))).map { _ in value(schema["items"] ?? [:], depth: depth + 1) })
        case "boolean": return .scalar(below(2) == 0 ? "true" : "false")
        case "integer", "number": return .scalar(number(schema))
        default:
            if below(2) == 0, let name = names.randomElement(using: &random) { return .scalar(name) }
            return .scalar(Self.words.randomElement(using: &random) ?? "x")
        }
    }

    private func scalar(_ json: JSON) -> Tree { .scalar(json.string ?? json.text()) }

    /// A number at, near or far beyond its limits; mostly a small one, so that plans stay small.
    private mutating func number(_ schema: JSON) -> String {
        let least = schema["minimum"] ?? schema["exclusiveMinimum"]
        switch below(30) {
        case 0: return least?.text() ?? "0"
        case 1: return schema["maximum"]?.text() ?? "9223372036854775807"
        case 2: return String((least?.integer ?? 0) &- 1)
        case 3: return String((schema["maximum"]?.integer ?? 0) &+ 1)
        case 4: return Self.numbers.randomElement(using: &random) ?? "0"
        case 5, 6: return "0.\(1 + below(9))"
        default: return String(max(least?.integer ?? 1, 1) + below(4))
        }
    }

    private mutating func hostile() -> Tree {
        switch below(5) {
        case 0: .list([])
        case 1: .mapping([])
        case 2: .list([.mapping([("a", .list([.scalar("1")]))])])
        case 3: .scalar(Self.numbers.randomElement(using: &random) ?? "0")
        default: .scalar(Self.words.randomElement(using: &random) ?? "x")
        }
    }

    private static let numbers = [
        "0", "-1", "1e308", "-1e308", ".nan", ".inf", "-.inf", "1e-320", "9223372036854775807", "-9223372036854775808",
        "18446744073709551616", "1e999", "0x7fffffffffffffff", "007", "1_000", "1:30",
    ]
    private static let words = [
        "a", "null", "\"\"", "off", "on", "none", "final", "\"a.b\"", "\"a/b\"", "\"\\u0000\"", "\"\\x1b[31m\"",
        "\"\\u202e\"",
        "\"{answer}\"", "\"{prompt} {answer}\"", "\"{\"", "\"}}\"", "\"{answer}{answer}\"", "./folder", "org/name",
        "org/name@x/../y",
        "/dev/zero", "\"~/x.csv\"", "x.csv", "x.jsonl", "../x.parquet", "\"日本\"", "\"e\\u0301\"", "all-linear",
        "round-1", "data",
        "\"" + String(repeating: "x", count: 300) + "\"",
    ]

    private mutating func override() -> String {
        let path = anyPath().map { $0.contains(".") && below(2) == 0 ? "\"\($0)\"" : $0 }.joined(separator: ".")
        return path + ["=", "", ".x=", "..="].randomElement(using: &random)!
            + ["1", "[]", "x", "{}", "", "[1, 2"][below(6)]
    }

    // MARK: - Choosing

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func anyPath() -> [String] { tree.paths.dropFirst().randomElement(using: &random) ?? [] }

    private var names: [String] { ["models", "stack", "steps"].flatMap { tree[$0]?.keys ?? [] } }

    private mutating func name() -> String {
        switch below(10) {
        case 0: names.randomElement(using: &random) ?? "a"
        case 1:
            ["a.b", "qwen2.5", "data", "round-2", "", "x/y", "fold-0", "é", String(repeating: "n", count: 256)][
                below(9)]
        default: "n\(below(6))"
        }
    }

    private static func schema(_ schema: JSON, at path: [String]) -> JSON? {
        var schema = schema
        for part in path {
            let choices = [schema] + (schema["anyOf"]?.array ?? [])
            let next = choices.lazy.compactMap { choice -> JSON? in
                if let property = choice["properties"]?[part] { return property }
                if Int(part) != nil, let items = choice["items"] { return items }
                guard let other = choice["additionalProperties"], other.object != nil else { return nil }
                return other
            }.first
            guard let next else { return nil }
            schema = next
        }
        return schema
    }
}
