// Many configs to one experiment: those that differ in seed, fold or backbone alone belong together.

internal import Diagnostics

extension FindingRule {
    static let configsDisagree = FindingRule(
        "configs-disagree", .imports, "The configurations read different data, so one recipe cannot hold them.",
        "Import them one at a time.")
}

struct Merger {
    private var drafts: [Draft]
    private var experiment = Experiment()

    init(_ drafts: [Draft]) { self.drafts = drafts }

    /// Errors: configs that cannot stand in one recipe. The entries know their models afterwards.
    ///
    /// - Parameter train: The training table, where the user names it.
    static func merge(_ drafts: [Draft], train: String? = nil) throws(Findings) -> (Experiment, [ReportEntry]) {
        var merger = Merger(drafts)
        try merger.mergeData()
        var tables = TableMerger(drafts, stated: train)
        merger.experiment.train = try tables.train()
        merger.experiment.test = try tables.test()
        merger.experiment.remarks += tables.remarks
        merger.mergeModels(tables.fits)
        for index in drafts.indices {
            for entry in merger.drafts[index].entries.indices {
                tables.correct(&merger.drafts[index].entries[entry], of: index)
            }
        }
        if drafts.contains(where: { $0.config.seed == nil }) {
            merger.experiment.remarks.append("seeds: the configs leave some to chance; fixed ones stand here")
        }
        merger.experiment.name = merger.name()
        return (merger.experiment, merger.drafts.flatMap(\.entries))
    }

    /// The start that the titles have in common, as far as it is a name.
    private func name() -> String {
        let titles = drafts.compactMap(\.config.title)
        guard var common = titles.first else { return "imported" }
        for title in titles { common = common.commonPrefix(with: title) }
        // Half a word is no name: what follows the last separator goes, unless that is all.
        if titles.contains(where: { $0 != common }), let end = common.lastIndex(where: { "-_. ".contains($0) }) {
            common = String(common[..<end])
        }
        let name = ModelNames.sanitized(common)
        return name.count > 2 ? name : "imported"
    }

    private mutating func mergeData() throws(Findings) {
        var findings: [Finding] = []
        for path in RecipePaths.data {
            var first: (value: Literal, span: Span, name: String)?
            for draft in drafts {
                guard let (value, span) = draft.config.shared[path] else { continue }
                if let first, first.value != value {
                    findings.append(
                        Finding(
                            .configsDisagree,
                            "this config wants \(value.yaml) for \(path), and another wants \(first.value.yaml)",
                            at: span.file.name == draft.file.name ? span : nil,
                            notes: [.init("the other one", at: first.span)],
                            help: "a recipe has one table and one template: import these configs apart"))
                } else if first == nil {
                    first = (value, span, draft.file.name)
                }
            }
            experiment.data[path] = first?.value
        }
        guard findings.isEmpty else { throw Findings(findings) }
    }

    // MARK: - Models

    private mutating func mergeModels(_ fits: [ImportedFit]) {
        var groups: [Group] = []
        for (index, draft) in drafts.enumerated() {
            let settings = draft.config.model
            let group = groups.firstIndex { $0.settings == settings } ?? groups.count
            if group == groups.count { groups.append(Group(settings: settings)) }
            groups[group].add(index, seed: draft.config.seed, fit: fits[index])
        }
        let numbers = Set(fits.compactMap { if case .fold(let number) = $0 { number } else { nil } })
        if !numbers.isEmpty {
            // Files count folds from 0 or from 1; a highest number without the others still says how many there are.
            let highest = (numbers.max() ?? 0) + (numbers.contains(0) ? 1 : 0)
            experiment.folds = max(2, numbers.count, highest)
        }
        // A model with folds says most, so the others are like it.
        groups = groups.filter { $0.hasFolds } + groups.filter { !$0.hasFolds }
        var names = ModelNames()
        for group in groups {
            let name = names.name(for: group.settings)
            let layout = group.layout(name: name, folds: experiment.folds ?? 0, files: drafts.map(\.file.name))
            experiment.remarks += layout.remarks
            for part in layout.parts { add(part, settings: group.settings) }
            for index in group.indices {
                for entry in drafts[index].entries.indices { drafts[index].entries[entry].model = name }
            }
        }
    }

    private mutating func add(_ part: Group.Part, settings: Settings) {
        var model = ImportedModel(
            name: part.name, settings: settings, written: settings.written, seeds: part.seeds, fit: part.fit)
        var best = settings.written.count - 1
        for other in experiment.models {
            guard let difference = settings.written(like: other.settings), difference.count < best else { continue }
            best = difference.count
            model.like = other.name
            model.written = difference
            model.writesSeeds = other.seeds != part.seeds
            model.writesFit = other.fit != part.fit
        }
        experiment.models.append(model)
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
