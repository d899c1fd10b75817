// `ablate store`: look after a store: is all whole, what is there, what may go, what must stay.

internal import ArgumentParser
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Recipes
internal import Storage
internal import Words

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Verify a store, list what is in it, and remove what nothing needs.",
        subcommands: [
            StoreVerifyCommand.self, StoreListCommand.self, StoreGCCommand.self, StorePinCommand.self,
            StoreUnpinCommand.self,
        ])
}

struct StoreOptions: ParsableArguments {
    @Option(help: "The folder of the store; by default what the site says, else .ablate in this folder.")
    var store: String?

    @Option(help: "The site file; by default site.yaml in this folder, else ~/.config/ablate/site.yaml.")
    var site: String?

    @Flag(help: "Write one JSON document to standard output.")
    var json = false

    /// Errors: ``AblateError`` where there is no store; those of the store.
    func open(writing: Bool) throws -> Store {
        let path = try place()
        guard Files.exists(path + "/store.json") else {
            throw AblateError(.missing, "there is no store at \(path); name it with --store")
        }
        return try Store(at: path, access: writing ? .readWrite : .readOnly, cache: Files.cache)
    }

    /// A store that may not be written is verified all the same; what is damaged then stays where it is.
    func openToVerify() throws -> Store { try open(writing: Files.isWritable(place())) }

    private func place() throws -> String {
        if let store { return Files.absolute(store) }
        let here = Files.absolute(".")
        let (site, folder) = try Workspace.site(site, beside: here)
        guard let named = site.store else { return here + "/.ablate" }
        return named.hasPrefix("/") ? named : "\(folder)/\(named)"
    }

    /// A recipe's plan and forecast, held against this store.
    func workspace(_ recipe: String, store: Store) throws -> Workspace {
        var shared = SharedOptions()
        shared.site = site
        shared.store = store.root
        shared.overrides = []
        shared.keyVariables = []
        shared.json = false
        return try Workspace(recipe, shared, writing: false)
    }
}

struct StoreVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read every object and record again, and put aside what is damaged.",
        discussion:
            "A damaged object goes to quarantine/ in the store; the step that made it runs again. Exits with 1 then.")

    @OptionGroup var options: StoreOptions

    func run() async throws {
        do {
            let result = try options.openToVerify().verify()
            if options.json {
                Console.out(document: [
                    "objects": .integer(result.objects), "bytes": .integer(result.bytes),
                    "records": .integer(result.records), "answers": .integer(result.answers),
                    "newer": .integer(result.foreign),
                    "damaged": .array(
                        result.damaged.map { ["path": .string($0.path), "message": .string($0.message)] }),
                    "incomplete": .array(result.incomplete.map { .string($0) }),
                    "quarantined": .bool(result.isQuarantined && !result.damaged.isEmpty),
                ])
            } else {
                for damage in result.damaged { Console.note("damaged: \(damage.path): \(damage.message)") }
                if result.foreign > 0 {
                    Console.note(
                        "\(Format.count(result.foreign, "file")) of a newer version of ablate: left alone, not looked into"
                    )
                }
                for address in result.incomplete { Console.note("incomplete: \(address): an object is not there") }
                Console.out(
                    "\(Format.count(result.objects, "object")) (\(Format.size(result.bytes))) and "
                        + "\(Format.count(result.records, "record"))"
                        + (result.answers > 0 ? ", \(Format.count(result.answers, "kept answer"))" : "")
                        + ": \(result.damaged.count) damaged, "
                        + "\(Format.count(result.incomplete.count, "record")) without all objects")
                if result.damaged.contains(where: { !$0.isLastCopy }) {
                    Console.note(
                        result.isQuarantined
                            ? "what is damaged was moved to quarantine/ in the store; run again to make it anew, and check the disk"
                            : "the store may only be read: what is damaged stays where it is")
                }
            }
            if !result.isSound { throw ExitStatus.stepFailed }
        } catch {
            throw Failure.report(error)
        }
    }
}

struct StoreListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the recipes and pins whose records are kept, and how much there is.")

    @OptionGroup var options: StoreOptions

    func run() async throws {
        do {
            let store = try options.open(writing: false)
            let retention = try Retention(of: store)
            let usage = try store.usage()
            let sizes = try retention.runs.map { try store.size(of: Set($0.keys)) }
            if options.json {
                Console.out(document: [
                    "store": .string(store.root), "records": .integer(usage.records),
                    "objects": .integer(usage.objects), "bytes": .integer(usage.bytes),
                    "runs": .array(
                        zip(retention.runs, sizes).map { run, size in
                            [
                                "recipe": .string(run.recipe), "folder": .string(run.folder),
                                "state": .string(run.state), "updated": .number(run.updated),
                                "steps": .integer(run.keys.count), "bytes": .integer(size),
                            ]
                        }),
                    "pins": .array(
                        retention.pins.map {
                            ["name": .string($0.name), "recipe": .string($0.recipe), "steps": .integer($0.keys.count)]
                        }),
                ])
                return
            }
            for (run, size) in zip(retention.runs, sizes) {
                let place = run.folder.isEmpty || run.folder.hasPrefix("..") ? "" : "  \(run.folder)"
                Console.out(
                    "\(run.recipe)\(place)  \(run.state), \(Moment.text(run.updated)), "
                        + "\(Format.count(run.keys.count, "step")), \(Format.size(size))")
            }
            for pin in retention.pins {
                Console.out("pin \(pin.name)  \(pin.recipe), \(Format.count(pin.keys.count, "step"))")
            }
            Console.out(
                "\(Format.count(usage.records, "record")), \(Format.count(usage.objects, "object")), "
                    + "\(Format.size(usage.bytes)) in \(store.root)")
        } catch {
            throw Failure.report(error)
        }
    }
}
