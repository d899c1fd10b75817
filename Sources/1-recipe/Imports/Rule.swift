// What becomes of one key: a line of a tool's table. The tables are in Rules.

internal import Nodes

/// A key of a tool and what becomes of it.
struct Rule: Sendable {
    /// As in `ConfigKey.general`; a `*` at the end stands for any rest.
    let path: String
    let apply: @Sendable (Node, inout Config) -> Outcome?

    /// `apply` returns nil where the value is wrong, and has left a finding then.
    init(_ path: String, _ apply: @escaping @Sendable (Node, inout Config) -> Outcome?) {
        self.path = path
        self.apply = apply
    }

    init(_ path: String, _ action: Action) { self.init(path, action.apply) }

    struct Action: Sendable {
        let apply: @Sendable (Node, inout Config) -> Outcome?
    }
}

extension Rule.Action {
    static func integer(_ target: String, _ range: ClosedRange<Int>, note: String? = nil) -> Self {
        Self { node, config in
            guard let value = config.integer(node, range) else { return nil }
            config.model[target] = .integer(value)
            return .mapped(target, note)
        }
    }

    static func number(
        _ target: String, _ range: ClosedRange<Double>, aboveMinimum: Bool = false, note: String? = nil
    ) -> Self {
        Self { node, config in
            guard let value = config.number(node, range, aboveMinimum: aboveMinimum) else { return nil }
            config.model[target] = .number(value)
            return .mapped(target, note)
        }
    }

    /// A number of which 0 (or nothing) says that there is no such thing, as the recipe says by leaving the key out.
    static func numberUnlessZero(_ target: String, _ range: ClosedRange<Double>, none: String) -> Self {
        Self { node, config in
            if node.isNothing { return .implied(none) }
            guard let value = config.number(node, range) else { return nil }
            if value == 0 { return .implied(none) }
            config.model[target] = .number(value)
            return .mapped(target)
        }
    }

    /// `true` writes the key; `false` leaves it out.
    static func flag(_ target: String, off: String) -> Self {
        Self { node, config in
            if node.isNothing { return .implied(off) }
            guard let isOn = config.boolean(node) else { return nil }
            if !isOn { return .implied(off) }
            config.model[target] = .word("true")
            return .mapped(target)
        }
    }

    /// One word for another; words that the table lacks mean something that the recipe has no word for.
    static func choice(_ target: String, _ words: [String: String], otherwise: String) -> Self {
        Self { node, config in
            guard let text = config.text(node) else { return nil }
            guard let word = words[text] ?? words[text.lowercased()] else {
                return .notApplicable(otherwise, look: true)
            }
            config.model[target] = .word(word)
            return .mapped(target)
        }
    }

    /// What the engine always does, whatever stands here.
    static func always(_ note: String) -> Self { Self { _, _ in .implied(note) } }

    /// What the engine always does, where the value is one of `values`; else something that it does not do.
    static func only(_ values: [String], _ note: String, otherwise: String) -> Self {
        Self { node, _ in
            let text = node.elements?.isEmpty == true ? "" : node.scalar?.text
            let isOne = text.map { text in
                values.contains { $0.lowercased() == text.lowercased() || (Double($0) ?? .nan) == Double(text) }
            }
            if isOne == true || node.isNothing && values.contains("") { return .implied(note) }
            return .notApplicable(otherwise, look: true)
        }
    }

    /// What has no meaning here or belongs to the machine.
    static func none(_ note: String) -> Self { Self { _, _ in .notApplicable(note) } }

    /// What means something that the recipe cannot say, unless there is nothing there.
    static func look(_ note: String) -> Self {
        Self { node, _ in .notApplicable(note, look: !node.isNothing && node.scalar?.text.lowercased() != "false") }
    }

    // MARK: - Keys that the tools share

    /// Rows of one step of the optimizer, from the rows that go through at once and how often gradients are added up.
    static func batch(accumulation: String, devices: String? = nil) -> Self {
        Self { node, config in
            guard let rows = config.integer(node, 1...65_536) else { return nil }
            let batch = rows * (config.whole(accumulation, 1...65_536) ?? 1)
            guard batch <= 65_536 else {
                return config.wrong(node, "no more than 65536 rows for one step of the optimizer")
            }
            config.model["training.batch"] = .integer(batch)
            let gpus = devices.flatMap { config[$0]?.elements?.count } ?? 1
            if gpus > 1 {
                return .mapped(
                    "training.batch", "for one GPU; on \(gpus) a step saw \(gpus) times as many rows", look: true)
            }
            return .mapped(
                "training.batch", devices == nil ? "times \(accumulation); not times the number of GPUs" : nil)
        }
    }

    static let accumulation = Self { node, config in
        guard config.integer(node, 1...65_536) != nil else { return nil }
        return .mapped("training.batch", "a factor of it")
    }

    static let epochs = Self { node, config in
        guard let value = config.number(node, 0...10_000, aboveMinimum: true) else { return nil }
        config.model["training.epochs"] = .integer(Int(value.rounded(.up)))
        return value == value.rounded()
            ? .mapped("training.epochs") : .mapped("training.epochs", "rounded up: epochs are whole here", look: true)
    }

    static let seed = Self { node, config in
        guard let value = config.integer(node, -1...4_294_967_295) else { return nil }
        config.seed = value < 0 ? nil : value
        return .mapped("seeds", value < 0 ? "a random seed; another stands for it" : nil)
    }

    /// Names of modules as a list, or as one text with commas; each of the words `all` stands for every linear layer. A text that
    /// is more than names is one pattern over the whole names of modules, which a recipe cannot say.
    static func targets(all: [String]) -> Self {
        Self { node, config in
            if node.isNothing || node.scalar.map({ all.contains($0.text) }) == true {
                config.model["lora.targets"] = .word("all-linear")
                return .mapped("lora.targets", "every linear layer but the head")
            }
            if let text = node.scalar?.text, !text.split(separator: ",").allSatisfy({ isModule($0) }) {
                config.model["lora.targets"] = .word("all-linear")
                return .mapped(
                    "lora.targets",
                    "a pattern of names, which a recipe does not have: every linear layer instead; or list the names",
                    look: true)
            }
            guard let words = config.words(node) else { return nil }
            let strays = words.filter { !isModule($0[...]) }
            if !strays.isEmpty {
                config.model["lora.targets"] = .list(words.map { .text($0) })
                return .mapped(
                    "lora.targets", "an element of a list is a name and no pattern; no module may be called so",
                    look: true)
            }
            if words.count == 1, all.contains(words[0]) {
                config.model["lora.targets"] = .word("all-linear")
            } else {
                config.model["lora.targets"] = .list(words.map { .text($0) })
            }
            return .mapped("lora.targets")
        }
    }

    private static func isModule(_ name: Substring) -> Bool {
        let name = name.drop { $0 == " " }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.- ".contains($0)) }
    }
}
