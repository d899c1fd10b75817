// `ablate import`: a recipe out of another tool's configs. The recipe goes to standard output, the report beside it.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Imports

extension Tool: ExpressibleByArgument {}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make one recipe of other tools' configs, and say what became of each of their keys.",
        discussion: """
            Configs that differ only in seed, fold file or backbone become one recipe's seeds, folds and models. The recipe is
            written to standard output; standard error says of each key whether it is mapped, implied (the engine does so
            always), not applicable or unknown.
            """)

    @Argument(
        help: ArgumentHelp("The tool: \(Tool.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "tool"))
    var tool: Tool

    @Argument(help: "Its config files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(help: "The schema that the recipe names for editors; `ablate schema` prints it.")
    var schema = "recipe.schema.json"

    @Option(
        help: ArgumentHelp(
            "The training table, where the configs name it by paths of other machines; from the recipe's folder.",
            valueName: "file"))
    var train: String?

    @Flag(help: "Write one JSON document with recipe and report to standard output.")
    var json = false

    func run() async throws {
        do {
            var sources: [SourceFile] = []
            var findings: [Finding] = []
            for path in files {
                do {
                    sources.append(try RecipeReading.source(path))
                } catch let error as Findings {
                    findings += error.all
                }
            }
            guard findings.isEmpty else { throw Findings(findings) }
            let imported = try RecipeImport(sources, tool: tool, schema: schema, train: train)
            if json {
                Console.out(document: [
                    "findings": [], "recipe": .string(imported.recipe), "report": imported.report.json,
                ])
            } else {
                Console.out(imported.recipe)
                Console.note(imported.report.text)
            }
        } catch let error as Findings where json {
            Console.out(document: [
                "findings": .array(error.all.inTextOrder.map(\.json)), "recipe": nil, "report": [],
            ])
            throw Failure.code(of: error)
        } catch {
            throw Failure.report(error)
        }
    }
}
