// The tables of many configs: which fold each trains on, and what the one training table is called.

internal import Diagnostics
internal import Nodes

struct TableMerger {
    let drafts: [Draft]
    /// The training table, where the user names it.
    let stated: String?
    private(set) var fits: [ImportedFit] = []
    private(set) var remarks: [String] = []
    /// The fold's path without its number, by draft.
    private var rests: [String?] = []

    init(_ drafts: [Draft], stated: String? = nil) {
        (self.drafts, self.stated) = (drafts, stated)
        // A bare number at the end of a name is a fold's only where it differs from file to file.
        let ends = drafts.map { FoldName(atEndOf: $0.config.tables.train ?? "") }
        let numbers = Dictionary(grouping: ends.compactMap(\.self), by: \.rest).mapValues {
            Set($0.map(\.number)).count
        }
        for (draft, end) in zip(drafts, ends) {
            let tables = draft.config.tables
            var fold = FoldName(in: tables.train ?? "")
            if fold == nil, let end, (numbers[end.rest] ?? 0) > 1,
                FoldName(atEndOf: tables.validation ?? "")?.number == end.number
            {
                fold = end
            }
            fits.append(tables.trainsOnValidation ? .full : fold.map { .fold($0.number) } ?? .full)
            rests.append(fold?.rest)
        }
    }

    /// The one training table. Errors: configs that train on tables which are no folds of one.
    mutating func train() throws(Findings) -> String {
        let (drafts, rests) = (drafts, rests)
        if let stated {
            if rests.contains(where: { $0 != nil }) {
                remarks.append("folds: the configs had a table for each; ablate splits data.train by itself")
            }
            return stated
        }
        let full = try agreed(drafts.indices.filter { rests[$0] == nil }) { drafts[$0].config.tables.train }
        let folded = try agreed(drafts.indices.filter { rests[$0] != nil }) { rests[$0] }
        if let folded, full == nil {
            remarks.append(
                "data.train: the configs name a table for each fold; the whole table belongs here, and ablate splits it"
            )
            return Self.table(folded, &remarks)
        }
        guard let full else {
            remarks.append("data.train: the configs name no table")
            return "train.csv"
        }
        if folded != nil {
            remarks.append("folds: the configs had a table for each; ablate splits data.train by itself")
        }
        return Self.table(full, &remarks)
    }

    mutating func test() throws(Findings) -> String? {
        let drafts = drafts
        let test = try agreed(Array(drafts.indices)) { drafts[$0].config.tables.test }
        return test.map { Self.table($0, &remarks) }
    }

    /// What became of a table that the user names, and of a validation table that is no fold's.
    func correct(_ entry: inout ReportEntry, of index: Int) {
        if let stated, entry.outcome.target == "data.train" {
            entry.outcome = .notApplicable("the table is \(stated), as --train says")
            return
        }
        guard entry.outcome.target == "folds", fits[index] == .full else { return }
        let isAdded = drafts[index].config.tables.trainsOnValidation
        entry.outcome = .notApplicable(
            isAdded
                ? "add its rows to data.train"
                : "its rows are not used; with `fit: [folds]` every row is predicted once",
            look: true)
    }

    /// Whether two paths are of one table on two machines: the same file's name, in a folder that one of them names absolutely.
    private static func isElsewhere(_ path: String, _ other: String) -> Bool {
        let names = [path, other].map { $0.split(separator: "/").last }
        return names[0] == names[1]
            && [path, other].contains { $0.hasPrefix("/") || $0.hasPrefix("~") || $0.contains(":") }
    }

    private mutating func agreed(_ indices: [Int], _ path: (Int) -> String?) throws(Findings) -> String? {
        let drafts = drafts
        var first: (index: Int, path: String)?
        for index in indices {
            guard let path = path(index) else { continue }
            if let first, first.path != path, Self.isElsewhere(path, first.path) {
                let remark = "data.train: the configs name one table in folders of several machines; name yours"
                if !remarks.contains(remark) { remarks.append(remark) }
                continue
            }
            if let first, first.path != path {
                let span = { (index: Int) in
                    drafts[index].entries.first { $0.outcome.target == "data.train" }?.key.value.span
                }
                throw Findings([
                    Finding(
                        .configsDisagree, "this config reads \"\(path)\", and another reads \"\(first.path)\"",
                        at: span(index), notes: [.init("the other one", at: span(first.index))],
                        help:
                            "a recipe has one training table: import these configs apart, or name it with --train where it is one"
                    )
                ])
            }
            if first == nil { first = (index, path) }
        }
        return first?.path
    }

    /// A path that a recipe takes for a table.
    private static func table(_ path: String, _ remarks: inout [String]) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
        if ["csv", "tsv", "json", "jsonl", "parquet", "pq"].contains(ending) { return path }
        let folder = path.hasPrefix("/") || path.hasPrefix(".") || path.split(separator: "/").count > 2
        let written = (folder ? path : "data/\(name)") + ".jsonl"
        remarks.append("data.train: \(path) is no .csv, .tsv, .json, .jsonl or .parquet; write the table to \(written)")
        return written
    }
}
