// A program as a model: the places of its command and its settings fit together, and it is handed what it needs.

internal import Diagnostics
internal import Nodes

struct ProgramChecks {
    let recipe: Recipe
    let model: ProgramModel
    /// The resolved tree of the model.
    let tree: Node

    func report(_ reading: inout Reading) {
        guard let node = tree["program"] else { return }
        for (argument, place) in zip(model.program.command, node["command"]?.elements ?? []) {
            check(argument, at: place.span, &reading)
        }
        checkTables(at: (node["command"] ?? node).span, &reading)
        let places = model.program.places
        for setting in model.program.settings where !places.contains(.setting(setting.name)) {
            let entry = node["settings"]?.entries?.first { $0.key == setting.name }
            reading.report(
                Finding(
                    .conflictingKeys,
                    "no argument of the command says {settings.\(setting.name)}, so it changes nothing",
                    at: entry?.keySpan ?? node.span, help: "name it in the command, or remove it"))
        }
        if !places.contains(.seed), let seeds = tree["seeds"] {
            reading.report(
                Finding(
                    .conflictingKeys, "no argument of the command says {seed}, so every seed would give the same",
                    at: seeds.span, help: "hand it to the program, such as --seed \"{seed}\", or remove seeds"))
        }
    }

    private func check(_ argument: String, at span: Span, _ reading: inout Reading) {
        for place in Program.places(in: argument) {
            switch place {
            case .input(let name):
                guard !Program.tables.contains(name) else { continue }
                Dangling.report(name, noun: "table for a program", among: Program.tables, at: span, &reading)
            case .setting(let name):
                let known = model.program.settings.map(\.name)
                guard !known.contains(name) else { continue }
                Dangling.report(name, noun: "setting", among: known, at: span, &reading)
            case .output, .fold, .seed: continue
            }
        }
        // An argument that is one word in braces and no place would reach the program as it stands.
        guard let word = Program.braces(in: argument).first, argument == "{\(word)}", Program.Place(word) == nil,
            !word.isEmpty, word.allSatisfy({ $0.isLetter || $0.isNumber || ".-_".contains($0) })
        else { return }
        let known = model.program.settings.map { "settings.\($0.name)" }
        let all =
            ["fold", "seed"] + Program.tables.map { "in.\($0)" }
            + [Program.outOfFold, Program.test].map { "out.\($0)" }
            + known
        let own = all.first { $0.hasSuffix(".\(word)") }
        reading.report(
            Finding(
                .danglingName, "nothing stands for {\(word)}", at: span,
                help: (own ?? reading.nearest(to: String(word), among: all)).map { "did you mean {\($0)}?" }
                    ?? "there are \(all.map { "{\($0)}" }.joined(separator: ", "))"))
    }

    /// That it is told what to predict and where to write it, for the test with both or with neither.
    private func checkTables(at span: Span, _ reading: inout Reading) {
        let places = model.program.places
        func report(_ message: String, help: String) {
            reading.report(Finding(.missingKey, message, at: span, help: help))
        }
        if !places.contains(.output(Program.outOfFold)) {
            report(
                "no argument of the command says {out.oof}",
                help: "the program writes the probabilities of the fold's rows there; name it in the command")
        }
        if !places.contains(.input("valid")) {
            report(
                "no argument of the command says {in.valid}",
                help:
                    "the rows that the program must predict stand there, and in no other table: {in.train} has the rows of the other folds alone"
            )
        }
        let (reads, writes) = (places.contains(.input("test")), places.contains(.output(Program.test)))
        if reads || writes, recipe.data.test == nil {
            report(
                "there is no test table for \(reads ? "{in.test}" : "{out.test}")",
                help: "add data.test, or leave {in.test} and {out.test} out of the command")
        } else if writes, !reads {
            report(
                "no argument of the command says {in.test}, whose rows {out.test} is about",
                help: "name it in the command, or leave {out.test} out")
        } else if reads, !writes {
            report(
                "no argument of the command says {out.test}, so that the test would be read for nothing",
                help: "name it in the command, or leave {in.test} out")
        }
    }
}
