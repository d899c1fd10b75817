// Configs that are alike but for seed and fold, and how a recipe says them: seeds times fits.

struct Group {
    let settings: Settings
    private(set) var indices: [Int] = []
    /// The seeds of each fit; nil is a random one.
    private var cells: [ImportedFit: [(seed: Int?, index: Int)]] = [:]

    init(settings: Settings) { self.settings = settings }

    mutating func add(_ index: Int, seed: Int?, fit: ImportedFit) {
        indices.append(index)
        cells[fit, default: []].append((seed, index))
    }

    var hasFolds: Bool { cells.keys.contains { $0 != .full } }

    struct Part {
        var name: String
        var seeds: [Int]
        var fit: [ImportedFit.Kind]
    }

    struct Layout {
        var parts: [Part] = []
        var remarks: [String] = []
    }

    /// One model where folds and full fits have the same seeds, else two.
    func layout(name: String, folds: Int, files: [String]) -> Layout {
        var layout = Layout()
        reportTwins(name, files, &layout)
        let folded = cells.filter { $0.key != .full }
        let full = cells[.full].map(seeds) ?? []
        if folded.isEmpty {
            layout.parts = [Part(name: name, seeds: full, fit: [.full])]
        } else {
            let shared = foldSeeds(folded.mapValues(seeds), name, folds, &layout)
            layout.parts = [Part(name: name, seeds: shared, fit: full == shared ? [.folds, .full] : [.folds])]
            if !full.isEmpty, full != shared {
                layout.parts.append(Part(name: name + "-full", seeds: full, fit: [.full]))
            }
        }
        return layout
    }

    /// Every seed once; a random one becomes the smallest number from 1 that is free.
    private func seeds(_ cell: [(seed: Int?, index: Int)]) -> [Int] {
        var seeds = Set(cell.compactMap(\.seed))
        for _ in cell.filter({ $0.seed == nil }) { seeds.insert((1...).first { !seeds.contains($0) } ?? 1) }
        return seeds.sorted()
    }

    /// One list of seeds for all folds, for a recipe fits every seed on every fold.
    private func foldSeeds(_ cells: [ImportedFit: [Int]], _ name: String, _ folds: Int, _ layout: inout Layout) -> [Int]
    {
        let lists = Set(cells.values)
        let count = cells.values.reduce(0) { $0 + $1.count }
        if cells.count < folds {
            layout.remarks.append(
                "models.\(name): the configs have \(cells.count) of \(folds) folds; all \(folds) are fitted here")
        }
        guard lists.count > 1 else { return lists.first ?? [1] }
        if Set(lists.map(\.count)).count == 1 {
            let first = cells.min { Self.number($0.key) < Self.number($1.key) }?.value ?? [1]
            layout.remarks.append(
                "models.\(name).seeds: each fold had seeds of its own; those of the first stand for all")
            return first
        }
        let union = Set(lists.joined()).sorted()
        layout.remarks.append(
            "models.\(name).seeds: the folds had different seeds; every seed on every fold makes \(union.count * folds) "
                + "fine-tunes, and the configs had \(count)")
        return union
    }

    private static func number(_ fit: ImportedFit) -> Int { if case .fold(let number) = fit { number } else { -1 } }

    private func reportTwins(_ name: String, _ files: [String], _ layout: inout Layout) {
        for cell in cells.values {
            for (place, member) in cell.enumerated() {
                guard let seed = member.seed, let twin = cell[..<place].first(where: { $0.seed == seed }) else {
                    continue
                }
                layout.remarks.append("\(files[member.index]) is the same fine-tune as \(files[twin.index])")
            }
        }
        layout.remarks.sort()
    }
}
