// Whether a sample submission can be filled. Knows what stands in the beginning of files, which it asks for.

internal import Diagnostics
internal import Formats
internal import Nodes
internal import Targets

extension FindingRule {
    static let sampleMismatch = FindingRule(
        "sample-mismatch", .names,
        "The sample submission cannot be filled: its columns and cells fit no form of a submission, or more than one, or its rows are not those of the test table.",
        "Its header becomes that of the submission, in its order.")
}

struct SampleChecks {
    let recipe: Recipe
    let tree: Node
    /// The first bytes of the file that the recipe calls so, and whether they are all; nil where there is no file.
    let read: (_ path: String, _ limit: Int) -> (bytes: [UInt8], isWhole: Bool)?

    /// So much of a file is read, whatever its length: what comes after it the step alone proves.
    private static let limit = 2 << 20

    /// What is wrong with the recipe's sample, as far as its beginning tells; nil where nothing is.
    func finding() -> Finding? {
        guard let place = tree.value(at: ["submission", "sample"]), let path = recipe.submission?.sample,
            let sample = read(path, Self.limit)
        else { return nil }
        let bytes = sample.isWhole ? sample.bytes : CSV.wholeLines(of: sample.bytes)
        let table: SampleTable
        do {
            guard !bytes.isEmpty || sample.isWhole else {
                throw FormatError("the first line of the sample does not end within \(Self.limit >> 20) MiB")
            }
            table = try SampleTable(reading: bytes, name: "the sample")
        } catch {
            return Finding(
                .sampleMismatch, "\(error)", at: place.span,
                help:
                    "save it as CSV in UTF-8: a header with the column of the ids and those of the values, then a row for each id"
            )
        }
        let form: SubmissionForm
        do {
            form = try table.form(
                recipe.data.target.kind, labels: recipe.data.outputs, id: id,
                cells: recipe.submission?.form.flatMap { SubmissionCells($0) })
        } catch {
            let asks = "\(error)".contains("form")
            return asks
                ? Finding(.sampleMismatch, "\(error)", at: place.span, notes: labelNotes)
                : countFinding(table.header, at: place)
                    ?? Finding(.sampleMismatch, "\(error)", at: place.span, notes: labelNotes)
        }
        do {
            try table.checkLines(form, in: sample.isWhole ? testIDs() : nil)
            return nil
        } catch {
            return Finding(
                .sampleMismatch, "\(error)", at: place.span,
                notes: tree.value(at: ["data", "test"]).map { [.init("the test table stands here", at: $0.span)] }
                    ?? [],
                help: "a sample has one row for each row of the test table, by its id")
        }
    }

    private func countFinding(_ header: [String], at place: Node) -> Finding? {
        let labels = recipe.data.outputs
        guard header.count != labels.count + 1 else { return nil }
        let help =
            header.count == 2
            ? "one column holds a label (`form: label`), labels by their probability (`form: ranked@3`), or the probability of one of two labels"
            : "a sample has the column of the ids, then one for each of \(Self.shown(labels))"
        return Finding(
            .sampleMismatch,
            "the sample has \(header.count) columns (\(Self.shown(header))), and a submission with \(labels.count) labels \(labels.count + 1)",
            at: place.span, notes: labelNotes, help: help)
    }

    /// The ids of the test table, where it is a short CSV file that has them and they are told without doubt; else nil.
    private func testIDs() -> [String]? {
        guard let path = recipe.data.test, path.hasSuffix(".csv"), recipe.data.columns.id != nil,
            let test = read(path, Self.limit), test.isWhole,
            let ids = try? CSVTable(reading: test.bytes, name: path).column(id), Set(ids).count == ids.count
        else { return nil }
        return ids
    }

    private var id: String { recipe.data.columns.id ?? "id" }

    private var labelNotes: [Finding.Note] {
        tree["data"]?["labels"].map { [.init("the labels stand here", at: $0.span)] } ?? []
    }

    private static func shown(_ names: [String]) -> String {
        let shown = names.prefix(8).map { $0.count > 40 ? $0.prefix(39) + "…" : $0 }.joined(separator: ", ")
        return names.count > 8 ? shown + ", ..." : shown
    }
}
