// `ablate schema`: the JSON Schema that editors read.

internal import ArgumentParser
internal import Digests
internal import Recipes

struct SchemaCommand: AsyncParsableCommand {
    enum Document: String, ExpressibleByArgument, CaseIterable { case recipe, site }

    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of recipes or of site files.")

    @Argument(help: "recipe or site.") var document = Document.recipe

    func run() async throws {
        Console.out(json: (document == .recipe ? RecipeSchema.document : Site.schema).text(.indented))
    }
}
