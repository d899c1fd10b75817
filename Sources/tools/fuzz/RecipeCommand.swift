// Loads, plans and checks one made recipe after another, in this process, with an eye on the clock.

import ArgumentParser
import Diagnostics
import Foundation
import Nodes
import Recipes

struct RecipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Check made recipes; fail on a crash, a hang, or a broken promise.")

    @Option(help: "How many recipes.") var iterations = 10_000
    @Option(help: "The recipes follow from it and from the corpus.") var seed: UInt64 = 1
    @Option(help: "The first of them.") var from = 0
    @Option(help: "A folder with recipes to start from.") var corpus: String
    @Option(help: "Write this one recipe to standard output instead.") var show: Int?
    @Option(help: "Milliseconds one recipe may take.") var bound = 1_000.0

    func run() throws {
        let corpus = try YAMLCommand.files(in: corpus).compactMap { bytes -> Tree? in
            let reading = ParsedText(bytes, name: "corpus")
            guard let root = reading.root, root["recipe"] != nil else { return nil }
            return Tree(root)
        }
        guard !corpus.isEmpty else { throw ValidationError("there is no recipe in the corpus") }
        let schema = RecipeSchema.document
        func made(_ iteration: Int) -> (text: String, overrides: [String]) {
            var mutator = RecipeMutator(corpus: corpus, schema: schema, seed: seed, iteration: iteration)
            return mutator.input()
        }
        if let show {
            let (text, overrides) = made(show)
            print(text + overrides.map { "# --set \($0)\n" }.joined())
            return
        }
        Watchdog.install(seconds: 60)
        let start = ContinuousClock.now
        var slowest = (milliseconds: 0.0, iteration: 0)
        var (planned, steps, failures) = (0, 0, 0)
        var codes: [String: Int] = [:]
        for iteration in from..<(from + iterations) {
            Watchdog.begin(iteration)
            let (text, overrides) = made(iteration)
            let before = ContinuousClock.now
            var answer = RecipeProperties.answer(text, overrides)
            let milliseconds = before.duration(to: .now) / .milliseconds(1)
            if milliseconds > slowest.milliseconds { slowest = (milliseconds, iteration) }
            if milliseconds > bound { answer.violations.append("took \(Int(milliseconds)) ms") }
            if let count = answer.steps {
                planned += 1
                steps += count
            }
            for code in Set(answer.codes) { codes[code, default: 0] += 1 }
            if let first = answer.violations.first {
                failures += 1
                print("recipe \(iteration): \(first)")
            }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        print("\(iterations) recipes (seed \(seed), \(corpus.count) to start from) in \(Int(seconds)) s")
        print(
            "\(planned) planned, \(steps) steps; slowest \(String(format: "%.1f", slowest.milliseconds)) ms (recipe \(slowest.iteration))"
        )
        print(codes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        print("failures: \(failures)")
        if failures > 0 { throw ExitCode.failure }
    }
}
