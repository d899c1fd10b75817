// `ablate init`: a first recipe, with the columns of a table of the user's proposed. Never overwrites anything.

internal import ArgumentParser
internal import Digests
internal import Deliveries
internal import Formats
internal import Host
internal import Imports
internal import Nodes
internal import Recipes
internal import Words

extension RecipeTemplate: ExpressibleByArgument {}

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a first recipe, and the schema by which an editor completes it.")

    @Argument(
        help: "A table to propose columns from: separated cells or JSON.",
        completion: .file(extensions: ["csv", "tsv", "txt", "json", "jsonl"]))
    var table: String?
    @Option(help: "classify, grouped or predict-the-llm; by default what the table looks like.")
    var template: RecipeTemplate?
    @Option(help: "The recipe file to write.") var output = "recipe.yaml"
    @Option(
        help: ArgumentHelp(
            "A column of what is predicted; again for a column of 0 and 1, a share or a number of each.",
            valueName: "column"))
    var label: [String] = []
    @Option(help: ArgumentHelp("A column of a text that a model reads; again for each.", valueName: "column"))
    var text: [String] = []
    @Option(help: ArgumentHelp("The column whose equal values keep rows in one fold.", valueName: "column"))
    var group: String?

    func validate() throws {
        guard table == nil, !label.isEmpty || !text.isEmpty || group != nil else { return }
        throw ValidationError("--label, --text and --group name columns of a table: name the table, too")
    }

    func run() async throws {
        do {
            let proposal = try table.map { path in
                switch RecipeSurroundings.form(path) {
                case .file, .something?: break
                case nil: throw AblateError(.missing, "cannot read \(path.shown): there is no such file")
                default:
                    throw AblateError(
                        .missing, "\(path.shown) is no file; name one table, or leave it out")
                }
                let bytes = try Files.content(path, limit: 1 << 30)
                return try propose(bytes, path)
            }
            let chosen = template ?? RecipeTemplate(fitting: proposal)
            let name =
                Files.absolute(Files.folder(of: output)).split(separator: "/").last.map(String.init) ?? "experiment"
            let written = chosen.text(
                name: Self.isName(name) ? name : "experiment", train: relative(table) ?? "data/train.csv",
                proposal: proposal)
            let schema = Self.beside(output, "recipe.schema.json")
            let delivery = ProjectFiles.delivery(
                madeOf: [String](), inputs: table.map { [$0] } ?? [], overwrites: false)
            let remedy = "name another file with --output"
            try delivery.requirePlace(output)
            guard try Host.system.files.status(of: output, following: false) == nil else {
                throw AblateError(
                    .exists, "this file is there already", path: output, advice: "name another file with --output")
            }
            let document = Array((RecipeSchema.document.text(.indented) + "\n").utf8)
            // One that is as another version of ablate wrote it may be replaced; any other is the user's.
            switch try delivery.standing(of: schema) {
            case .free, .ours: try delivery.write(delivery.require(schema, remedy: remedy), document)
            case .edited, .other, .theirs:
                if (try? Files.content(schema)) != document {
                    Console.note(
                        "\(schema.shown) is there already and left as it is; `ablate schema recipe` prints the one of this version"
                    )
                }
            }
            try delivery.write(delivery.require(output, remedy: remedy), Array(written.utf8))
            report(proposal, chosen)
        } catch {
            throw Failure.report(error)
        }
    }

    private func propose(_ bytes: [UInt8], _ path: String) throws -> TableProposal {
        let reading: TableReading
        do throws(TableReading.Objection) {
            reading = try TableReading(bytes, name: path)
        } catch {
            throw AblateError(.missing, "\(path.shown) \(error.reason)")
        }
        do throws(TableProposal.Objection) {
            return try TableProposal(reading, stated: StatedColumns(labels: label, texts: text, group: group))
        } catch {
            throw AblateError(.missing, "\(path.shown): \(error.reason)")
        }
    }

    private static let meaning = [
        "answer": "a text to classify", "label": "a label", "group": "one whose rows belong together",
    ]
    private static let options = ["answer": "--text", "label": "--label", "group": "--group"]

    private func report(_ proposal: TableProposal?, _ template: RecipeTemplate) {
        Console.out("\(output): a \(template.rawValue) recipe")
        if let proposal {
            let roles =
                proposal.texts.map { ($0.name, $0.column.column) }
                + (proposal.target?.columns.map { ("label", $0) } ?? [])
                + [
                    ("group", proposal.group), ("id", proposal.id), ("weight", proposal.weight),
                    ("fold", proposal.fold),
                ]
                .compactMap { name, found in found.map { (name, $0.column) } }
            if !roles.isEmpty {
                Console.out("  " + roles.map { "\($0): \($1.shown)" }.joined(separator: ", "))
            }
            for role in template.undecided(proposal) {
                let option = Self.options[role].map { ", or with \($0)" } ?? ""
                let advice = role == "label" ? ", and its values in data.labels" : ""
                Console.note(
                    "no column looks like \(Self.meaning[role] ?? role); name one yourself in data.columns.\(role)\(option)\(advice). The columns: \(CSVTable.listed(proposal.columns.map(\.shown)))"
                )
            }
            for note in proposal.notes { Console.note(note) }
        }
        Console.out("next: read it, then `ablate check \(output)` and `ablate plan \(output)`")
    }

    /// The table as seen from the recipe's folder: a path that was given from here stays one that can move with both.
    private func relative(_ table: String?) -> String? {
        guard let table else { return nil }
        let name = table.split(separator: "/").last.map(String.init) ?? table
        let path = "\(Files.absolute(Files.folder(of: table)))/\(name)".split(separator: "/")
        let folder = Files.absolute(Files.folder(of: output)).split(separator: "/")
        let shared = zip(path, folder).prefix { $0 == $1 }.count
        guard !table.hasPrefix("/") || shared == folder.count else { return table }
        let up = Array(repeating: "..", count: folder.count - shared)
        return (up + path.dropFirst(shared).map(String.init)).joined(separator: "/")
    }

    private static func beside(_ path: String, _ name: String) -> String {
        path.contains("/") ? "\(Files.folder(of: path))/\(name)" : name
    }

    private static func isName(_ text: String) -> Bool {
        text.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
}
