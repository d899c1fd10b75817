// Puts readers to the test: the YAML reader, and recipes with their plans, on hostile inputs by the million.

import ArgumentParser

@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Try the readers on hostile inputs, or show what the YAML reader makes of files.",
        subcommands: [YAMLCommand.self, RecipeCommand.self, DumpCommand.self])
}
