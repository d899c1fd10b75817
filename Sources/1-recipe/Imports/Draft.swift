// One file read by its tool's table: settings, and what became of each key. Knows no other file.

internal import Diagnostics
internal import Nodes

/// A config file once its keys are read.
struct Draft: Sendable {
    let file: SourceFile
    let config: Config
    var entries: [ReportEntry]

    /// Errors: all that is wrong with the file.
    init(_ file: SourceFile, tool: Tool) throws(Findings) {
        let source = try ConfigFile(file)
        if let objection = tool.objection(to: source) { throw Findings([objection]) }
        let table = Table(tool.rules)
        // A file may hold the keys without their sections; the table knows in which section each belongs.
        let written = source.keys.map { (path: table.path(of: $0), key: $0) }
        // A key with nothing behind it is not given: what the tool does by default holds.
        let given = written.filter { !$0.key.value.isBlank }
        var keys = written
        for text in tool.defaults(for: Config(keys: given)) {
            let document = try Document(parsing: SourceFile(name: tool.title, text: text))
            for key in ConfigKey.all(in: document.root, isDefault: true)
            where !given.contains(where: { $0.path == key.general || $0.path.hasPrefix(key.general + ".") }) {
                keys.append((key.general, key))
            }
        }
        var config = Config(keys: given + keys.dropFirst(written.count) + written)
        var entries: [ReportEntry] = []
        for (path, key) in keys {
            guard let rule = table.rule(for: path) else {
                if let parent = table.value(above: path) {
                    // Where the whole key is left out anyway, its parts are, too.
                    var trial = config
                    if let outcome = table.rule(for: parent)?.apply(key.value, &trial),
                        outcome.disposition == .notApplicable
                    {
                        entries.append(ReportEntry(key: key, file: file.name, outcome: outcome))
                        continue
                    }
                    config.findings.append(
                        Finding(
                            .wrongType, "a value belongs to \(parent), and this is a key of a mapping", at: key.span))
                    continue
                }
                let note = Spelling.nearest(to: path, among: table.names).map { "did you mean \($0)?" }
                let outcome = Outcome(disposition: .unknown, note: note, needsLook: true)
                entries.append(ReportEntry(key: key, file: file.name, outcome: outcome))
                continue
            }
            let before = config.findings.count
            if let outcome = rule.apply(key.value, &config) {
                entries.append(ReportEntry(key: key, file: file.name, outcome: outcome))
            } else if key.value.isBlank {
                config.findings.removeLast(config.findings.count - before)
                entries.append(
                    ReportEntry(key: key, file: file.name, outcome: .implied("not given: nothing stands here")))
            }
        }
        guard !config.findings.hasErrors else { throw Findings(Self.once(config.findings)) }
        if config.model["lora"] == .word("off") {
            Self.remove("lora.", "there are no adapters", &config, &entries)
            let note = "weights that are trained cannot be quantized"
            if config.model["quantization"] != .word("none") {
                Self.remove("quantization", note, look: true, &config, &entries)
            }
        }
        if config.model["training.steps"] != nil {
            Self.remove("training.epochs", "training.steps says how long", &config, &entries)
        }
        self.file = file
        self.config = config
        self.entries = entries
    }

    /// Each finding once: two rules may have read one key.
    private static func once(_ findings: [Finding]) -> [Finding] {
        var known: Set<String> = []
        return findings.filter { known.insert("\($0.code) \($0.message) \($0.span.map(\.description) ?? "")").inserted }
    }

    /// Takes back settings that another one leaves without a meaning.
    private static func remove(
        _ prefix: String, _ note: String, look: Bool = false, _ config: inout Config, _ entries: inout [ReportEntry]
    ) {
        for path in config.model.keys where path.hasPrefix(prefix) { config.model[path] = nil }
        for index in entries.indices where entries[index].outcome.target?.hasPrefix(prefix) == true {
            entries[index].outcome = .notApplicable(note, look: look)
        }
    }
}

/// A tool's rules by their paths.
private struct Table {
    private var exact: [String: Rule] = [:]
    private var prefixes: [(prefix: String, rule: Rule)] = []
    private var sections: [String: String] = [:]
    var names: [String] { exact.keys.sorted() }

    init(_ rules: [Rule]) {
        for rule in rules {
            if rule.path.hasSuffix("*") {
                prefixes.append((String(rule.path.dropLast()), rule))
            } else {
                exact[rule.path] = rule
                if let dot = rule.path.lastIndex(of: ".") {
                    sections[String(rule.path[rule.path.index(after: dot)...])] = rule.path
                }
            }
        }
    }

    func path(of key: ConfigKey) -> String {
        let general = key.general
        return exact[general] == nil ? sections[general] ?? general : general
    }

    /// The key that takes a value, where `path` makes a mapping of it.
    func value(above path: String) -> String? {
        var parts = path.split(separator: ".").dropLast()
        while !parts.isEmpty {
            let parent = parts.joined(separator: ".").replacing("[]", with: "")
            if exact[parent] != nil { return parent }
            parts.removeLast()
        }
        return nil
    }

    func rule(for path: String) -> Rule? { exact[path] ?? prefixes.first { path.hasPrefix($0.prefix) }?.rule }
}
