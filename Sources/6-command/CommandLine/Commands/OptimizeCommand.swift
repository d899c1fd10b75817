// `ablate optimize`: a CSV of probabilities made to obey its groups' constraint, without a recipe.

internal import Host
internal import ArgumentParser
internal import Deliveries
internal import Digests
internal import Execution
internal import Steps
internal import Words
internal import Workers

struct OptimizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Make a CSV of class probabilities obey the constraint of its groups: each label once in each.",
        discussion: """
            The class columns are those that the labels name, or that share what their names begin or end with, or all columns of
            numbers in 0...1, if they sum to 1 in every row; --columns names them where that is not clear. All other columns, and
            the order of rows, stay as they are. With --train, out-of-fold predictions with their labels, the method is fitted and scored by
            cross-fitting; with --label alone the predictions themselves are taken for out-of-fold ones. Without labels the
            constraint alone is applied. Files may be CSV or, by their name, Parquet, which the worker's Python reads and writes.

            Methods:
            \(CSVOptimization.methods.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))
            """)

    @Argument(help: "The predictions.", completion: .file(extensions: ["csv", "parquet"])) var predictions: String
    @Option(help: "The column that names each row's group.") var group: String
    @Option(help: "Out-of-fold predictions with the same columns, and the labels.") var train: String?
    @Option(help: "The column of the true class.") var label: String?
    @Option(help: "How; `marginals` by default.") var method = "marginals"
    @Option(
        name: [.customLong("columns"), .customLong("classes")],
        help: "The class columns, separated by commas, where names and sums do not tell them.")
    var columns: String?
    @Option(help: "How often each class occurs in a complete group, separated by commas; by default once.")
    var counts: String?
    @Option(help: "The file to write; by default beside the predictions, as NAME-optimized and in their form.")
    var output: String?
    @Option(help: "A Python interpreter for Parquet files instead of ablate's own environment.") var python: String?
    @Flag(help: "Replace the file to write, whatever it is.") var overwrite = false
    @Flag(help: "Write one JSON document to standard output.") var json = false

    func validate() throws {
        if train != nil, label == nil { throw ValidationError("--train needs --label, the column of the true class") }
        if let counts,
            counts.split(separator: ",", omittingEmptySubsequences: false).contains(where: { (Int($0) ?? 0) < 1 })
        {
            throw ValidationError("--counts \(counts): whole numbers from 1, separated by commas, one for each class")
        }
    }

    func run() async throws {
        do {
            try await carryOut()
        } catch {
            throw Failure.report(error)
        }
    }

    private func carryOut() async throws {
        let optimization = try CSVOptimization(method: method, group: group, counts: numbers)
        let table: ProbabilityCSV
        let outcome: CSVOptimization.Outcome
        if let label {
            let labelled = try await read(train ?? predictions, columns: named, label: label)
            // The labels tell the classes; a table to predict has the same, whatever other columns it has.
            table = train == nil ? labelled : try await read(predictions, columns: labelled.classColumns, label: nil)
            outcome = try optimization.fitted(on: labelled, label: label, applyingTo: train == nil ? nil : table)
        } else {
            table = try await read(predictions, columns: named, label: nil)
            outcome = try optimization.unfitted(table)
        }
        for remark in outcome.remarks { Console.note("note: \(remark)") }
        let path = target
        let delivery = ProjectFiles.delivery(
            madeOf: [predictions], inputs: train.map { [$0] } ?? [], overwrites: overwrite)
        let target = try delivery.require(path, remedy: "name another file with --output")
        var content = Array(outcome.text.utf8)
        if Self.isParquet(path) {
            content = try await converter.parquet(
                of: content, numbers: table.classColumns,
                original: Self.isParquet(predictions) ? Files.absolute(predictions) : nil, called: path,
                say: { Console.note($0) })
        }
        try delivery.write(target, content)
        say(outcome, table, path)
    }

    private static func isParquet(_ path: String) -> Bool { path.hasSuffix(".parquet") || path.hasSuffix(".pq") }

    private var converter: TableConverter {
        TableConverter(
            environment: WorkerEnvironment(cache: Files.cache, interpreter: python, variables: Files.environment))
    }

    /// The file to write.
    private var target: String { output ?? Self.beside(predictions) }

    private var numbers: [Int]? { counts?.split(separator: ",").compactMap { Int($0) } }

    private var named: [String]? {
        columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private func read(_ path: String, columns: [String]?, label: String?) async throws -> ProbabilityCSV {
        var bytes = try Files.content(path, limit: 1 << 32)
        if Self.isParquet(path) {
            // What no CSV holds is carried from Parquet to Parquet; a table to learn from is written nowhere.
            let isCarried = path == train || Self.isParquet(target)
            let texts = [group] + (label.map { [$0] } ?? []) + (columns ?? [])
            bytes = try await converter.csv(
                ofParquet: Files.absolute(path), called: path, texts: isCarried ? texts : nil
            ) { Console.note($0) }
        }
        let table = try ProbabilityCSV(reading: bytes, name: path, columns: columns, label: label, group: group)
        if let numbers, numbers.count != table.classes.count {
            throw AblateError(
                .invalid, "--counts has \(numbers.count) numbers, and \(path) \(table.classes.count) classes")
        }
        if table.unnormalised > 0 {
            Console.note("note: \(table.unnormalised) rows of \(path) do not sum to 1 and are normalised")
        }
        if let remark = table.remark { Console.note("note: \(remark)") }
        return table
    }

    private static func beside(_ path: String) -> String {
        guard let ending = [".csv", ".parquet", ".pq"].first(where: path.hasSuffix) else {
            return "\(path)-optimized.csv"
        }
        return "\(path.dropLast(ending.count))-optimized\(ending)"
    }

    private func say(_ outcome: CSVOptimization.Outcome, _ table: ProbabilityCSV, _ path: String) {
        if json {
            var document: [String: JSON] = [
                "method": .string(method), "rows": .integer(outcome.rows), "groups": .integer(outcome.groups),
                "coefficients": .object(outcome.coefficients), "output": .string(path),
                "is_fitted": .bool(label != nil), "columns": .array(table.classColumns.map { .string($0) }),
            ]
            if let scores = outcome.scores {
                document["before"] = [
                    "log-loss": .number(scores.before.logLoss), "accuracy": .number(scores.before.accuracy),
                ]
                document["after"] = [
                    "log-loss": .number(scores.after.logLoss), "accuracy": .number(scores.after.accuracy),
                ]
            }
            return Console.out(document: document)
        }
        var lines = [
            "\(predictions): \(outcome.rows) rows in \(outcome.groups) groups, method \(method)",
            "classes: \(table.classColumns.joined(separator: ", "))",
        ]
        if let scores = outcome.scores {
            let source = train.map { "\($0), cross-fitted" } ?? "cross-fitted"
            lines += [
                "                log loss  accuracy   (\(scores.rows) labelled rows, \(source))",
                "before          \(Format.decimal(scores.before.logLoss, 4))    \(Format.decimal(scores.before.accuracy, 4))",
                "after           \(Format.decimal(scores.after.logLoss, 4))    \(Format.decimal(scores.after.accuracy, 4))",
            ]
        } else {
            lines.append(
                "no labels were given: the constraint alone is applied, with every coefficient at its neutral value")
        }
        let coefficients = outcome.coefficients.sorted { $0.key < $1.key }.map { name, value in
            "\(name) \(Format.decimal(value.number ?? 0, 4))"
        }
        if !coefficients.isEmpty { lines.append("applied: \(coefficients.joined(separator: ", "))") }
        Console.out((lines + ["written: \(path)"]).joined(separator: "\n"))
    }
}
