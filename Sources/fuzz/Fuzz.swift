// Puts the YAML reader to the test: hostile inputs by the million, and its trees as lines of JSON for a judge.

import ArgumentParser

@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz", abstract: "Try the YAML reader on hostile inputs, or show what it makes of files.",
        subcommands: [YAMLCommand.self, DumpCommand.self])
}
