// `ablate check`: every finding of every recipe, at once. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Nodes
internal import Recipes

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say everything that is wrong with recipes.")

    @Argument(help: "The recipe files.") var recipes: [String]
    @OptionGroup var shared: SharedOptions

    func run() async throws {
        var findings: [Finding] = []
        var status: ExitCode?
        for path in recipes {
            do {
                let loaded = try RecipeReading.load(path, overrides: shared.overrides)
                findings += loaded.warnings + loaded.missing
                if !loaded.missing.isEmpty { status = status ?? ExitStatus.missingInput }
                if !shared.json {
                    for finding in loaded.warnings + loaded.missing { _ = Failure.report(Findings([finding])) }
                    if loaded.missing.isEmpty { Console.out("\(path): no errors") }
                }
            } catch let error as Findings {
                findings += error.all
                let code = shared.json ? Failure.code(of: error) : Failure.report(error)
                if status != ExitStatus.invalidRecipe { status = code }
            } catch {
                status = status ?? Failure.report(error)
            }
        }
        if shared.json {
            Console.out(document: [
                "findings": .array(findings.inTextOrder.map(\.json)), "valid": .bool(status == nil),
            ])
        } else if findings.count > 1 {
            Console.note("\(findings.count) findings")
        }
        if let status { throw status }
    }
}
