// `ablate check`: every finding of every recipe, at once; on demand mends what can only be meant one way. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Deliveries
internal import Storage
internal import Host
internal import Nodes
internal import Plans
internal import Recipes

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say everything that is wrong with recipes.")

    @Argument(help: "The recipe files.") var recipes: [String]
    @OptionGroup var shared: SharedOptions
    @Flag(help: "Mend in the files what can only be meant one way; guesses are shown and left alone.") var fix = false
    @Flag(help: "Write one SARIF 2.1.0 document to standard output, for code hosts.") var sarif = false

    func validate() throws {
        if sarif, shared.json { throw ValidationError("--json and --sarif exclude each other") }
    }

    func run() async throws {
        var findings: [Finding] = []
        var status: ExitCode?
        let isText = !shared.json && !sarif
        for path in recipes {
            if fix { mend(path, &status) }
            do {
                let recorder = DependencyRecorder()
                let loaded = try RecipeReading.load(path, overrides: shared.overrides, recorder: recorder)
                // What no run could begin with is a mistake here, too, though it is none of the recipe's.
                let (place, site) = try Workspace.place(shared, beside: loaded.folder, recorder)
                _ = try Store(at: place, access: .readOnly)
                let plan = Plan(compiling: loaded)
                let project = ProjectFiles(loaded, plan, recorder, recipe: path)
                if let logbook = site.logbook {
                    let folder = LogbookCommand.folder(logbook, of: loaded)
                    try project.delivery(nil).requireFolder(folder)
                }
                let leaks =
                    try Workspace.keyVariables(shared).findings(loaded)
                    + Lineage(of: plan, loaded: loaded).findings(loaded)
                    + project.findings(loaded)
                if leaks.hasErrors { throw Findings(loaded.warnings + loaded.missing + leaks) }
                findings += loaded.warnings + loaded.missing + leaks
                if !loaded.missing.isEmpty { status = status ?? ExitStatus.missingInput }
                if isText {
                    for finding in loaded.warnings + loaded.missing + leaks { _ = Failure.report(Findings([finding])) }
                    if loaded.missing.isEmpty { Console.out("\(path): no errors") }
                }
            } catch let error as Findings {
                findings += error.all
                let code = isText ? Failure.report(error) : Failure.code(of: error)
                if status != ExitStatus.invalidRecipe { status = code }
            } catch let missing as AblateError where !isText && missing.kind == .missing {
                findings.append(Finding(.missingFile, missing.description, at: nil))
                status = status ?? ExitStatus.missingInput
            } catch {
                status = status ?? Failure.report(error)
            }
        }
        if shared.json {
            Console.out(document: [
                "findings": .array(findings.inTextOrder.map(\.json)), "valid": .bool(status == nil),
            ])
        } else if sarif {
            let log = FindingSARIF.document(findings, version: Ablate.version)
            Console.out(json: log.text(.indented))
        } else {
            summarise(findings)
        }
        if let status { throw status }
    }

    private func summarise(_ findings: [Finding]) {
        if findings.count > 1 { Console.note("\(findings.count) findings") }
        let safe = findings.count { $0.fix?.isSafe == true && $0.fix?.span.file.name != Override.fileName }
        if safe > 0, !fix {
            Console.note("`ablate check --fix` mends \(safe) of them")
        }
    }

    /// Applies the safe fixes to a recipe and the files it includes, again and again until none is left: a mended place may
    /// uncover the next.
    private func mend(_ path: String, _ status: inout ExitCode?) {
        var counts: [String: Int] = [:]
        let folder = Files.folder(of: Files.absolute(path)) + "/"
        var foreign: Set<String> = []
        for _ in 0..<10 {
            var found: [Finding] = []
            do {
                found = try RecipeReading.load(path, overrides: shared.overrides).warnings
            } catch {
                found = (error as? Findings)?.all ?? []
            }
            var isMended = false
            var seen: Set<String> = [Override.fileName]
            for file in found.compactMap({ $0.fix?.span.file }) where seen.insert(file.name).inserted {
                let (text, fixes) = Mending.apply(found, to: file)
                guard fixes > 0, text != file.text else { continue }
                guard Files.absolute(file.name).hasPrefix(folder) else {
                    if foreign.insert(file.name).inserted {
                        Console.note(
                            "\(file.name): left alone, since it lies outside of the recipe's folder; other recipes may include it"
                        )
                    }
                    continue
                }
                do {
                    guard Files.isWritable(file.name) else {
                        throw AblateError(.denied, "the file may not be written", path: file.name)
                    }
                    let place = Files.absolute(file.name)
                    guard try Host.system.files.requireStatus(of: place, following: true).links == 1 else {
                        throw AblateError(
                            .refused, "the file has another name, too (a hard link), which would keep the old text",
                            path: file.name, advice: "mend a copy of it")
                    }
                    let old = try Files.content(file.name)
                    try Host.system.files.write(SourceFile.encode(text, as: old), to: place)
                } catch {
                    Console.note("error: \(error); nothing in it was mended")
                    status = status ?? ExitStatus.unavailable
                    continue
                }
                counts[file.name, default: 0] += fixes
                isMended = true
            }
            guard isMended else { break }
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            Console.note("\(name): \(count) \(count == 1 ? "place" : "places") mended")
        }
    }
}
