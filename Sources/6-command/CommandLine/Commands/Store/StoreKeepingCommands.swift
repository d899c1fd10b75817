// `ablate store gc`, `pin` and `unpin`: what may go from a store, and what must stay.

internal import ArgumentParser
internal import Digests
internal import Forecasts
internal import Formats
internal import Host
internal import Plans
internal import Runs
internal import Storage
internal import Words

struct StoreGCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove the records and objects that nothing needs.",
        discussion: """
            Kept is what the latest run of each recipe has, what is pinned, what the recipes given with --keep would reuse, and
            what runs that go on now may come to reuse. The rest is removed: going back to older settings runs steps again.
            """)

    @OptionGroup var options: StoreOptions
    @Flag(name: .customLong("dry-run"), help: "Say what would be removed, and remove nothing.") var isDry = false
    @Option(
        parsing: .upToNextOption, help: "Recipe files whose records are kept, too.",
        completion: .file(extensions: ["yaml", "yml"])) var keep: [String] = []

    func run() async throws {
        do {
            let store = try options.open(writing: true)
            let result = try store.collect(dryRun: isDry, owner: RunDocument.owner(of:)) {
                var retention = try Retention(of: store)
                for recipe in keep {
                    let workspace = try options.workspace(recipe, store: store)
                    retention.keep(workspace.plan, try workspace.forecast())
                }
                return (retention.keys, retention.outlines)
            }
            if options.json {
                func amount(_ amount: CollectionResult.Amount) -> JSON {
                    ["count": .integer(amount.count), "bytes": .integer(amount.bytes)]
                }
                Console.out(document: [
                    "dry_run": .bool(isDry), "records": amount(result.records), "objects": amount(result.objects),
                    "remains": amount(result.remains), "kept_records": amount(result.keptRecords),
                    "kept_objects": amount(result.keptObjects), "reserved": .integer(result.reserved),
                    "freed": .integer(result.freed),
                ])
                return
            }
            let verb = isDry ? "would remove" : "removed"
            var text =
                "\(verb) \(Format.count(result.records.count, "record")), "
                + "\(Format.count(result.objects.count, "object")) and \(Format.count(result.remains.count, "remain")): "
                + "\(Format.size(result.freed))\nkept \(Format.count(result.keptRecords.count, "record")) and "
                + "\(Format.count(result.keptObjects.count, "object")): \(Format.size(result.keptObjects.bytes))"
            if result.reserved > 0 { text += "; \(Format.count(result.reserved, "record")) for runs that go on now" }
            Console.out(text)
        } catch {
            throw Failure.report(error)
        }
    }
}

struct StorePinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Keep the records that a recipe has now, whatever it becomes.")

    @Argument(help: "A name for the pin.") var name: String
    @Argument(help: "The recipe file.", completion: .file(extensions: ["yaml", "yml"])) var recipe: String
    @Flag(help: "Let a pin of that name keep these records, and no longer those that it kept.") var replace = false
    @OptionGroup var options: StoreOptions

    func run() async throws {
        do {
            let store = try options.open(writing: true)
            let workspace = try options.workspace(recipe, store: store)
            var keys: [String: JSON] = [:]
            for (step, entry) in zip(workspace.plan.steps, try workspace.forecast().entries) {
                if let record = entry.record { keys[step.address] = .string(record.key.description) }
            }
            guard !keys.isEmpty else {
                throw AblateError(.missing, "\(recipe) has no records in \(store.root); run it first")
            }
            try requireFree(name, for: keys, in: store)
            try store.pin(
                name, ["schema_version": 1, "recipe": .string(workspace.name), "keys": .object(keys)])
            Console.out("pinned \(keys.count) of \(Format.count(workspace.plan.steps.count, "step")) as \(name)")
        } catch {
            throw Failure.report(error)
        }
    }

    /// Refuses a name whose pin keeps records that these are not: a collection would remove them.
    private func requireFree(_ name: String, for keys: [String: JSON], in store: Store) throws {
        guard !replace, let pin = try store.pin(named: name) else { return }
        let document = JSONDocument(pin, name: "the pin \(name)")
        let recipe = try document.member("recipe").text
        let kept = try document.member("keys").members.values.map { try $0.text }
        let lost = Set(kept).subtracting(keys.values.compactMap(\.string))
        guard !lost.isEmpty else { return }
        throw AblateError(
            .exists,
            "the pin \(name) keeps \(Format.count(lost.count, "record")) of \(recipe) that would no longer be kept",
            advice: "choose another name, or give --replace")
    }
}

struct StoreUnpinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Remove a pin; what only it kept goes with the next gc.")

    @Argument(help: "The name of the pin.") var name: String
    @OptionGroup var options: StoreOptions

    func run() async throws {
        do {
            guard try options.open(writing: true).unpin(name) else {
                throw AblateError(.missing, "there is no pin \(name); `ablate store list` names them")
            }
        } catch {
            throw Failure.report(error)
        }
    }
}
