// `ablate init`: a first recipe, with the columns of a table of the user's proposed. Never overwrites anything.

internal import ArgumentParser
internal import Digests
internal import Host
internal import Recipes

extension RecipeTemplate: ExpressibleByArgument {}

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a first recipe, and the schema by which an editor completes it.")

    @Argument(help: "A CSV table to propose columns from.", completion: .file(extensions: ["csv"])) var table: String?
    @Option(help: "classify, grouped or predict-the-llm; by default what the table looks like.")
    var template: RecipeTemplate?
    @Option(help: "The recipe file to write.") var output = "recipe.yaml"

    func run() async throws {
        do {
            let proposal = try table.map { path in
                let bytes = try Files.content(path, limit: 1 << 30)
                guard path.lowercased().hasSuffix(".csv"), let proposal = TableProposal(bytes) else {
                    throw MissingFile(
                        description: "\(path) is no CSV table with a header and a row; name one, or leave it out")
                }
                return proposal
            }
            let chosen =
                template
                ?? (proposal?.isOneOfEach == true ? .predictTheLLM : proposal?.group != nil ? .grouped : .classify)
            let name =
                Files.absolute(Files.folder(of: output)).split(separator: "/").last.map(String.init) ?? "experiment"
            let text = chosen.text(
                name: Self.isName(name) ? name : "experiment", train: relative(table) ?? "data/train.csv",
                proposal: proposal)
            let schema = Self.beside(output, "recipe.schema.json")
            guard !Files.exists(output) else {
                throw MissingFile(description: "\(output) is there already; name another file with --output")
            }
            for (path, text) in [(schema, RecipeSchema.document.text(.indented) + "\n"), (output, text)] {
                try Host.system.files.write(text.utf8, to: path)
            }
            report(proposal, chosen)
        } catch {
            throw Failure.report(error)
        }
    }

    private func report(_ proposal: TableProposal?, _ template: RecipeTemplate) {
        Console.out("\(output): a \(template.rawValue) recipe")
        if let proposal {
            let found = [
                ("prompt", proposal.prompt), ("answer", proposal.answer), ("label", proposal.label),
                ("group", proposal.group), ("id", proposal.id),
            ]
            Console.out(
                "  " + found.compactMap { name, column in column.map { "\(name): \($0)" } }.joined(separator: ", "))
            if proposal.answer == nil || proposal.label == nil {
                Console.note("no column looks like a text, or none like a label; write data.columns yourself")
            }
        }
        Console.out("next: read it, then `ablate check \(output)` and `ablate plan \(output)`")
    }

    /// The table as seen from the recipe's folder.
    private func relative(_ table: String?) -> String? {
        guard let table else { return nil }
        let (path, folder) = (Files.absolute(table), Files.absolute(Files.folder(of: output)))
        return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
    }

    private static func beside(_ path: String, _ name: String) -> String {
        path.contains("/") ? "\(Files.folder(of: path))/\(name)" : name
    }

    private static func isName(_ text: String) -> Bool {
        text.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
}
