// The user's files around a recipe: those that are read, and those that a run writes. Decides nothing about steps.

internal import Deliveries
internal import Diagnostics
internal import Digests
internal import Host
internal import Nodes
internal import Plans
internal import Recipes
internal import Runs
internal import Storage

struct ProjectFiles {
    /// The recipe's file, absolute.
    private let recipe: String
    private let folder: String
    /// Every file that the recipe reads, itself and its site file included.
    private let inputs: [String]

    /// - Parameter recipe: the path as the command line has it.
    init(_ loaded: LoadedRecipe, _ plan: Plan, _ recorder: DependencyRecorder, recipe: String) {
        self.recipe = Files.absolute(recipe)
        folder = loaded.folder
        var inputs = recorder.all.present
        inputs.formUnion([ExactText(recipe), ExactText("\(loaded.folder)/site.yaml")])
        for step in plan.steps {
            for case .file(let path, _) in step.inputs.values { inputs.insert(ExactText(path)) }
        }
        self.inputs = inputs.map(\.text).sorted()
    }

    /// The name of the recipe's file.
    var file: String { Paths.name(recipe) }

    /// Whether a run's document is of this recipe's file, for ``Store/lastRunDocument(_:where:)``.
    func isOwn(_ store: Store) -> (RunDocument) -> Bool { Self.isOwn(store, folder: folder, file: file) }

    /// A document that names another file of the folder is of a copy; where that file is gone, it was renamed. Documents of earlier
    /// versions name none.
    static func isOwn(_ store: Store, folder: String, file: String) -> (RunDocument) -> Bool {
        let place = store.place(ofProject: folder)
        return { document in
            guard !document.file.isEmpty, document.file != file else { return true }
            return document.folder == place && !Files.exists("\(folder)/\(document.file)")
        }
    }

    /// What somebody should know who has copied or renamed this recipe; nil for most.
    func remark(_ store: Store, name: String) throws -> String? {
        let place = store.place(ofProject: folder)
        let last = try store.lastRunDocument(name) { $0.folder == place }?.document
        if let file = last?.file, !file.isEmpty, file != self.file, Files.exists("\(folder)/\(file)") {
            return
                "\(file) in this folder is called \"\(name)\", too: their notes and histories are one; give one of them another name"
        }
        guard last == nil else { return nil }
        for other in try store.runNames() where other != name {
            let run = try store.lastRunDocument(other) { $0.folder == place && $0.file == file }
            if run != nil {
                return
                    "this recipe was called \"\(other)\" in its last run: what it made is reused, and the notes and the history "
                    + "of that name stay under it"
            }
        }
        return nil
    }

    /// - Parameters:
    ///   - store: whose ledger knows what was delivered; nil where there is none yet.
    ///   - others: further recipes that the files are made of.
    ///   - bound: the folder that holds all of them.
    func delivery(
        _ store: Store?, with others: [ProjectFiles] = [], in bound: String? = nil, overwrites: Bool = false
    ) -> Delivery {
        Delivery(
            project: folder, bounds: [bound].compactMap(\.self),
            ledgers: (store.map { [$0.ledger(ofProject: folder)] } ?? []) + [Self.ledger],
            author: Author(madeOf: ([self] + others).map(\.recipe)), inputs: inputs + others.flatMap(\.inputs),
            reserved: ["\(folder)/.ablate"] + (store.map { [$0.root] } ?? []),
            overwrites: overwrites)
    }

    /// A delivery that belongs to no project, in the folder that the command was called in.
    ///
    /// - Parameters:
    ///   - sources: what the files are made of.
    ///   - inputs: whatever else is read; none of it may be written over, nor any of the sources.
    static func delivery(madeOf sources: [String], inputs: [String], overwrites: Bool) -> Delivery {
        Delivery(
            project: Files.absolute("."), ledgers: [ledger], author: Author(madeOf: sources.map(Files.absolute)),
            inputs: sources + inputs, overwrites: overwrites)
    }

    /// The same for files made of recipes: none of what they read may be written over.
    static func delivery(madeOf projects: [ProjectFiles], overwrites: Bool) -> Delivery {
        delivery(madeOf: projects.map(\.recipe), inputs: projects.flatMap(\.inputs), overwrites: overwrites)
    }

    /// What this user's deliveries were, also where a store was lost or there is none.
    private static var ledger: Ledger {
        Ledger(folder: "\(Files.cache)/deliveries", project: "/", files: Host.system.files)
    }

    /// Errors of a recipe whose submission must not be written to where it says.
    func findings(_ loaded: LoadedRecipe) -> [Finding] {
        guard let submission = loaded.recipe.submission else { return [] }
        let place = loaded.tree["submission"]?["path"] ?? loaded.tree["submission"]
        let path = loaded.absolute(submission.path)
        let logbook = Files.absolute(loaded.folder) + "/logbook"
        let walked = Host.system.files.walked(path)
        let real = Paths.folder(of: walked)
        if walked == logbook || real == logbook || real.hasPrefix(logbook + "/") {
            return [
                Finding(
                    .overwritesInput,
                    "the submission cannot be written to \"\(submission.path)\": the logbook is written there",
                    at: place?.span, help: "choose another path")
            ]
        }
        do {
            try delivery(nil).requirePlace(path)
        } catch let error as AblateError where error.kind == .refused {
            return [
                Finding(
                    .notWritable, "the submission cannot be written to \"\(submission.path)\": \(error.message)",
                    at: place?.span, help: error.advice)
            ]
        } catch {
            return []
        }
        do {
            _ = try delivery(nil).standing(of: path)
            return []
        } catch let error as AblateError where error.kind == .refused {
            return [
                Finding(
                    .overwritesInput, "the submission cannot be written to \"\(submission.path)\": \(error.message)",
                    at: place?.span, help: error.advice)
            ]
        } catch {
            return []
        }
    }
}
