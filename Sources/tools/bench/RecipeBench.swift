// The recipe language at scale: how long checking and planning take as the number of variants grows. Whole processes.

import ArgumentParser
import Digests
import Foundation
import Glibc

struct RecipeBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Check and plan recipes of many variants: seconds and memory.",
        discussion:
            "No other tool reads such recipes, so there is no peer; Python starting up says how fast the machine is.")

    @Option(help: "The numbers of variants.") var variants = [100, 1_000, 3_300]
    @Option(help: "The command to measure; a release build.") var ablate = ".build/release/ablate"
    @Option(help: "How often; the shortest counts.") var repeats = 5
    @Flag(help: "Write one JSON document.") var json = false

    func run() throws {
        guard let binary = Shell.path(of: ablate) else {
            throw ValidationError("there is no \(ablate); `swift build -c release --product ablate` makes it")
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-recipe-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("text,who\nred,a\nblue,b\n".utf8).write(to: folder.appending(path: "train.csv"))
        let python = try shortest("python3", ["-c", "pass"], in: folder)
        var rows: [JSON] = []
        for count in variants {
            let (text, exact) = Self.recipe(count)
            try Data(text.utf8).write(to: folder.appending(path: "recipe.yaml"))
            let check = try shortest(binary, ["check", "recipe.yaml"], in: folder)
            let plan = try shortest(binary, ["plan", "recipe.yaml"], in: folder)
            let steps = Self.steps(of: plan.output)
            rows.append([
                "variants": .integer(exact), "steps": .integer(steps), "check_seconds": .number(check.seconds),
                "plan_seconds": .number(plan.seconds), "plan_peak_bytes": .integer(plan.peakBytes),
                "microseconds_per_step": .number(plan.seconds / Double(max(steps, 1)) * 1e6),
            ])
            if !json {
                let memory = plan.peakBytes / 1_000_000
                let words = [
                    "\(exact) variants, \(steps) steps: check \(Self.text(check.seconds)) s",
                    "plan \(Self.text(plan.seconds)) s and \(memory) MB",
                ]
                print(words.joined(separator: ", "))
            }
        }
        guard json else { return print("python3 starts in \(Self.text(python.seconds)) s here") }
        let document: JSON = [
            "schema_version": 1, "recipes": .array(rows), "python_start_seconds": .number(python.seconds),
        ]
        print(document.text(.indented))
    }

    private static func text(_ value: Double) -> String { String(format: "%.3g", value) }

    /// A model of three seeds and five folds, and ablations over grids of at least `count` cells together: no grid may have
    /// more than ten thousand.
    private static func recipe(_ count: Int) -> (text: String, variants: Int) {
        let grids = (count + 9_799) / 9_800
        let each = (count + grids - 1) / grids
        let width = max(1, Int(Double(each).squareRoot()))
        let height = (each + width - 1) / width
        let ranks = (1...width).map(String.init).joined(separator: ", ")
        let ablations = (0..<grids).map { grid in
            let alphas = (1...height).map { "\(grid * height + $0).0" }.joined(separator: ", ")
            return
                "  grid-\(grid): {hypothesis: Which?, of: tiny, vary: {lora.rank: [\(ranks)], lora.alpha: [\(alphas)]}}"
        }
        let text = """
            recipe: scale
            data: {train: train.csv, columns: {answer: text, label: who}, labels: [a, b]}
            folds: {kind: k-fold, count: 5}
            models:
              tiny: {backbone: {scratch: {architecture: mistral}}, seeds: [1, 2, 3], fit: [folds]}
            ablations:
            \(ablations.joined(separator: "\n"))

            """
        return (text, grids * width * height)
    }

    /// The number in the last line of a plan, `scale: 32739 to run, ...`.
    private static func steps(of output: String) -> Int {
        let words = output.split(separator: "\n").last?.split(separator: " ") ?? []
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    private func shortest(_ program: String, _ arguments: [String], in folder: URL) throws
        -> (seconds: Double, peakBytes: Int, output: String)
    {
        var shortest: (seconds: Double, peakBytes: Int, output: String)?
        for _ in 0..<repeats {
            let result = try Shell.run(program, arguments, in: folder, limit: 300)
            guard result.status == 0 else {
                throw ValidationError("\(program) \(arguments.first ?? "") failed: \(result.output.suffix(2_000))")
            }
            if result.seconds < shortest?.seconds ?? .infinity {
                shortest = (result.seconds, result.peakBytes, result.output)
            }
        }
        return shortest ?? (.nan, 0, "")
    }
}
