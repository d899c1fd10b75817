// The model kind `program`: the user's own trainer, run for each fold and seed. Knows its command; opens no file.

internal import Diagnostics
package import Digests
internal import Nodes

package struct ProgramModel: Sendable, ModelSection {
    var like: String?
    package var program = Program()
    package var seeds = [1]

    package var template: Template? { nil }
    package var fit: ModelFit { [.folds] }
    package var pseudoLabels: PseudoLabelling { .off }
    /// A program that is not told the seed gives the same for each.
    package var effectiveSeeds: [Int?] { program.places.contains(.seed) ? seeds : [nil] }
    package var predictsTest: Bool { program.places.contains(.output(Program.test)) }
    package var teaches: Bool { predictsTest }
    package var words: String { "the program \(program.command.prefix(2).joined(separator: " "))" }

    static let declaration = Declaration(
        "A program of the writer's own that trains and predicts.", initial: { ProgramModel() },
        keys: [
            Model.like(\.like),
            Key("program", \.program, Program.declaration.shape, Program.declaration.about),
            Model.seeds(\.seeds),
        ])
}

/// A trainer that reads tables and writes predictions by id.
package struct Program: Sendable {
    package var command: [String] = []
    package var settings: [Named<JSON>] = []
    package var files: [String] = []
    package var labels: CustomStep.Labels?
    package var resources = StepResources()

    /// The output that holds the predictions of a fold's rows, and the one that holds those of the test's.
    package static let outOfFold = "oof"
    package static let test = "test"
    /// The tables that it is handed, by their names in `{in.NAME}`.
    package static let tables = ["train", "valid", "test", "folds"]

    static let declaration = Declaration(
        "The writer's own trainer, run for each fold and seed: it learns from the rows of the other folds and writes the probabilities of the fold's own, and of the test's, as a table with the ids in the column data.columns.id (`id` where there is none) and a column for each label, named as the label or LABELCOLUMN_LABEL; CSV, JSON lines or Parquet, whatever its name.",
        initial: { Program() },
        keys: [
            Key(
                "command", \.command, .list(of: .argument, unique: false), required: true,
                "The program and its arguments; no shell. {in.train} is the table without the fold's rows, {in.valid} the fold's rows and {in.test} those of the test, both without labels, {in.folds} the fold of each id; {out.oof} and {out.test} are where predictions go, any other {out.NAME} is kept beside them; {fold}, {seed} and {settings.NAME} are what they say. It runs in the recipe's folder; arguments that are files there are inputs by content."
            ),
            Key(
                "settings", \.settings, .named(.setting, noun: "setting"),
                "What {settings.NAME} stands for: texts, numbers, true or false. Ablations vary settings.NAME."),
            Key(
                "files", \.files, .list(of: .text(), minimum: 0),
                "Files that it reads and its command does not name, such as a module that it imports: inputs by content."
            ),
            Key(
                "labels", optional: \.labels, .choice,
                "What the program does with labels that it can see besides those it is handed: by default none, unless its command names the training table. cross-fitted: nothing with those of the rows it predicts; unused: nothing with any; in-sample: it may use any."
            ),
            Key("resources", \.resources, StepResources.declaration.shape, StepResources.declaration.about),
        ])

    /// What a part of an argument stands for.
    package enum Place: Hashable, Sendable {
        case input(String)
        case output(String)
        case setting(String)
        case fold, seed

        /// What stands between the braces of a place; nil for what is none.
        init?(_ text: some StringProtocol) {
            switch text {
            case "fold": self = .fold
            case "seed": self = .seed
            default:
                guard let dot = text.firstIndex(of: ".") else { return nil }
                let name = String(text[text.index(after: dot)...])
                guard Name.isValid(name) else { return nil }
                switch text[..<dot] {
                case "in": self = .input(name)
                case "out": self = .output(name)
                case "settings": self = .setting(name)
                default: return nil
                }
            }
        }
    }

    /// The places in an argument, in order.
    package static func places(in argument: String) -> [Place] { braces(in: argument).compactMap { Place($0) } }

    /// What stands in the braces of an argument that hold no others.
    static func braces(in argument: String) -> [Substring] {
        argument.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstIndex(of: "}").map { part[..<$0] }
        }
    }

    /// Every place of the command.
    package var places: Set<Place> { Set(command.flatMap(Self.places)) }

    /// The names of what it writes, in the order of the command.
    package var outputs: [String] {
        var names: [String] = []
        for case .output(let name) in command.flatMap(Self.places) where !names.contains(name) { names.append(name) }
        return names
    }

    /// A setting as an argument has it.
    package static func text(_ setting: JSON) -> String { setting.string ?? setting.text() }

    /// Whether what the command names can hang on the seed or the fold that it is run for.
    var namesRuns: Bool { !places.isDisjoint(with: [.fold, .seed]) }

    /// The command of a seed and fold with these and the settings in their places: the files that they name are files that it names.
    func filled(seed: Int?, fold: Int) -> [String] {
        let known = Dictionary(settings.map { ($0.name, Self.text($0.value)) }, uniquingKeysWith: { $1 })
        return command.map { argument in
            // A number alone is no file's name, also behind `--fold=`.
            let isNumber = ["{seed}", "{fold}"].contains(argument.split(separator: "=").last ?? "")
            // Once from left to right, so that long lists of settings cost no more than their length.
            var (text, rest) = ("", argument[...])
            while let open = rest.firstIndex(of: "{") {
                text += rest[..<open]
                rest = rest[open...]
                let inner = rest.dropFirst()
                let end = inner.firstIndex { $0 == "{" || $0 == "}" }
                let place = end.flatMap { inner[$0] == "}" ? Place(inner[..<$0]) : nil }
                let value: String? =
                    switch place {
                    case .setting(let name)?: known[name]
                    case .seed? where !isNumber: seed.map(String.init)
                    case .fold? where !isNumber: String(fold)
                    default: nil
                    }
                if let value, let end {
                    text += value
                    rest = inner[inner.index(after: end)...]
                } else {
                    text += "{"
                    rest = inner
                }
            }
            return text + rest
        }
    }

    /// What a model's run for a seed and fold is called among what runs commands.
    package static func run(of model: String, seed: Int?, fold: Int) -> String {
        "\(model), seed \(seed.map(String.init) ?? "-"), fold \(fold)"
    }
}

extension ValueShape where Value == JSON {
    /// A text, a number, or true or false. 1.0 and 1e0 are 1, as a program reads them all the same.
    fileprivate static var setting: Self {
        ValueShape(schema: ["type": ["string", "number", "boolean"]]) { node, reading in
            switch node.scalar?.resolved {
            case .boolean(let value): return .bool(value)
            case .integer, .number:
                if let ambiguity = node.scalar?.ambiguity {
                    reading.report(ScalarReading.ambiguousText(node, ambiguity))
                    return nil
                }
                guard node.plain.string == nil else {
                    reading.wrongType(node, wanted: "a finite number")
                    return nil
                }
                if case .number(let value) = node.plain, abs(value) < 0x1p53, let whole = Int(exactly: value) {
                    return .integer(whole)
                }
                return node.plain
            default:
                return ScalarReading.text(
                    node, wanted: "a setting (a text, a number, or true or false)", reading: &reading
                )
                .map { .string($0) }
            }
        } encode: {
            $0
        }
    }
}
