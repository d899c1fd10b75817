// The `data` section: tables, columns, labels, the constraint, the template.

internal import Diagnostics
internal import Digests
package import Formats
internal import Nodes
package import Targets

package struct Columns: Sendable {
    package var id: String?
    package var prompt: String?
    package var answer: String?
    /// The texts by their names, in the order of the recipe; nil where `prompt` and `answer` say them.
    package var named: [Named<String>]?
    /// The column of the labels, or those of what is predicted otherwise.
    package var labels: [String] = []
    package var group: String?
    package var weight: String?
    /// Columns of numbers and categories for the learners of the stack.
    package var extra: [String] = []

    package static let declaration = Declaration(
        "The names of the table's columns.", initial: { Columns() }, oneOf: ["answer", "texts"],
        keys: [
            Key("id", optional: \.id, .text(), "Names each row; train may lack it, and its rows are then numbered."),
            Key("prompt", optional: \.prompt, .text(), "What was asked; leave it out where there is only one text."),
            Key("answer", optional: \.answer, .singleText, "The text to classify."),
            Key(
                "texts", optional: \.named, .named(.text(), noun: "text"),
                "The texts of each row, by names of the writer's: {question: QuestionText, why: Explanation}. Templates have a place {question} for each, and lengths a budget. prompt and answer are short for two texts of these names."
            ),
            Key(
                "label", \.labels, .oneOrMore, required: true,
                "What is predicted of each training row: its class, which may be put together from several columns, \"{Category}:{Kind}\"; or a column of 0 and 1, or of its share, for each of data.labels, in their order; of the targets number and multi-label one or several columns; of the target choice one column of 0 and 1."
            ),
            Key(
                "group", optional: \.group, .text(),
                "Rows with equal text here stay in one fold, such as the answers to a question."),
            Key("weight", optional: \.weight, .text(), "A weight of each row in training and in scores."),
            Key(
                "extra", \.extra, .list(of: .text()),
                "Columns of numbers or categories, in both tables, which a learner of the stack reads with the feature extra."
            ),
        ])

    /// The column of what is predicted, and what columns of its labels begin with.
    package var label: String { labels.count == 1 ? labels[0] : "label" }

    /// A label that is put together from several columns of the table; nil where it stands in one.
    package var joinedLabel: Template? {
        guard labels.count == 1, case .success(let template) = Template.parse(labels[0]) else { return nil }
        return template
    }

    /// The columns of the table that hold what is predicted, or a part of it.
    package var labelSources: [String] { joinedLabel?.texts ?? labels }
}

/// A rule that every group of rows obeys.
package enum Constraint: String, CaseIterable, Sendable {
    case oneOfEach = "one-of-each"
}

package struct DataSection: Sendable {
    /// The files of the training table, whose rows follow each other in this order.
    package var trainFiles: [String] = []
    /// Whether they are a list or a pattern, of which there may be another number tomorrow.
    var isParted = false
    package var test: String?
    package var validation: String?
    package var more: [TrainingTable] = []
    package var columns = Columns()
    /// What is predicted.
    package var kind = Target.Kind.classes
    package var labels: [String] = []
    package var constraint: Constraint?
    package var template: Template?

    static let declaration = Declaration(
        "Where the tables are and what they hold.", initial: { DataSection() },
        exempt: .init(
            "labels", by: "target", where: Target.Kind.allCases.filter { !$0.form.isOfOneLabel }.map(\.rawValue)),
        keys: [
            Key(
                "train", \.trainFiles, .tables, required: true,
                "The labelled table: csv, tsv, json, jsonl or parquet, from the recipe's folder; or its parts, as a list or as a pattern of names such as train/*.csv: they are one table, in the order of the list, those of a pattern in that of their names."
            ),
            Key("test", optional: \.test, .table, "The table to predict; may be left out."),
            Key(
                "more", \.more, .trainingTables,
                "Further training tables: {file: extra.csv, scored: false, weight: 0.5}. Rows that ask one question are never parted."
            ),
            Key(
                "validation", optional: \.validation, .table,
                "A labelled table whose rows are scored and never trained on, but by models of all rows; with folds of kind validation."
            ),
            Key("columns", \.columns, Columns.declaration.shape, required: true, "The names of the table's columns."),
            Key(
                "target", \.kind, .choice,
                "What is predicted. classes: one of data.labels, as a probability of each; ordinal: the same of labels that have an order, which is theirs; multi-label: whether each of several columns of 0 and 1 is 1; number: the number in columns.label, or in each of several such columns; choice: which row of its group (columns.group) is right, of which there is one: columns.label has 1 there, and 0 in the others."
            ),
            Key(
                "labels", \.labels, .list(of: .label, minimum: 2), required: true,
                "Every class, in the order of the probability columns; of the targets classes and ordinal alone."),
            Key(
                "constraint", optional: \.constraint, .choice,
                "one-of-each: every group holds each label exactly once; `optimize` builds on it."),
            Key(
                "template", optional: \.template, Template.shape,
                "The text a model reads, with {prompt} and {answer}, or the names of columns.texts, where they go; by default all the texts, apart by a line. A list of two is a sentence pair, for encoders that read one: the tokenizer's own tokens stand between, and the second has its token type."
            ),
        ])

    /// The training table, of several files the first.
    package var train: String { trainFiles.first ?? "" }

    /// Every file that has labels.
    var labelled: [String] { trainFiles + [validation].compactMap { $0 } + more.map(\.file) }
    /// Whether control tokens in texts are text where a model does not say. Results of the short form stay what they were.
    package var splitsSpecialTokens: Bool { !columns.texts.areShort }

    /// What is predicted, and how many numbers a prediction has.
    package var target: Target { Target(kind, width: outputs.count) }

    /// The names of the numbers that a prediction has: the labels, or the columns of what is predicted.
    package var outputs: [String] {
        switch kind {
        case .classes, .ordinal: labels
        case .multiLabel, .number, .choice: columns.labels
        }
    }

    /// The template in force.
    package var effectiveTemplate: Template {
        template
            ?? Template(pieces: Array(columns.texts.names.map { [.place($0)] }.joined(separator: [.text("\n")])))
    }
}

extension Columns {
    /// The texts of a row, whichever form says them.
    package var texts: TextColumns {
        if let named { return TextColumns(named.map { .init(name: $0.name, column: $0.value) }) }
        let short = [(TextColumns.prompt, prompt), (TextColumns.answer, answer)]
        return TextColumns(short.compactMap { name, column in column.map { .init(name: name, column: $0) } })
    }
}

/// How a table's file is laid out, told by the end of its name.
package enum TableFormat: String, CaseIterable, Sendable {
    case csv, jsonl, parquet

    /// What separates the cells of a text, and whether JSON stands in lines or in one array, is told by its first line.
    package init?(path: String) {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        switch path[path.index(after: dot)...].lowercased() {
        case "csv", "tsv", "tab", "txt": self = .csv
        case "jsonl", "ndjson", "json": self = .jsonl
        case "parquet", "pq": self = .parquet
        default: return nil
        }
    }
}

extension ValueShape where Value == String {
    /// The column of the one text of the short form.
    static var singleText: Self {
        let text = ValueShape.text()
        return ValueShape(
            schema: text.schema,
            decode: { node, reading in
                guard let columns = node.elements?.compactMap(\.scalar?.text), !columns.isEmpty else {
                    return text.decode(node, &reading)
                }
                let named = columns.enumerated().map { "\(Name.isValid($1) ? $1 : "text-\($0 + 1)"): \($1)" }
                reading.wrongType(
                    node, wanted: "the name of one column",
                    help:
                        "several texts have names: write `texts: {\(named.joined(separator: ", "))}` for it, and name them so in the template"
                )
                return nil
            }, encode: text.encode)
    }

    /// What belongs where a table does.
    fileprivate static let aTable = "the path of a .csv, .tsv, .json, .jsonl or .parquet file"

    static var table: Self {
        let text = ValueShape.text(
            pattern:
                "\\.([cCtT][sS][vV]|[tT][aA][bB]|[tT][xX][tT]|[nN][dD][jJ][sS][oO][nN]|[jJ][sS][oO][nN]|[jJ][sS][oO][nN][lL]|[pP][aA][rR][qQ][uU][eE][tT]|[pP][qQ])$",
            wanted: aTable)
        return ValueShape(
            schema: text.schema,
            decode: { node, reading in
                guard node.elements == nil else {
                    reading.wrongType(node, wanted: aTable, help: "one file is needed here: join the parts into one")
                    return nil
                }
                guard let path = text.decode(node, &reading) else { return nil }
                guard TableFormat(path: path) == nil else { return path }
                reading.report(
                    Finding(
                        .badValue, "\(aTable) belongs here, and this is \"\(path)\"", at: node.span,
                        help: advice(on: path)))
                return nil
            }, encode: text.encode)
    }

    /// What to make of a file of another kind.
    private static func advice(on path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        let ending = name.contains(".") ? name.split(separator: ".").last?.lowercased() ?? "" : ""
        switch ending {
        case "gz", "bz2", "xz", "zst", "zip", "7z", "tar", "tgz", "lz4":
            return "unpack it first, and name what was in it"
        case "xlsx", "xls", "ods": return "save the sheet as CSV first"
        case "feather", "arrow", "orc", "pkl", "pickle", "sqlite", "db", "h5", "avro":
            return "write it as .parquet first"
        case "":
            return "of a folder, name the files: a pattern in data.train, such as data/*.csv, is one table of several"
        default: return nil
        }
    }
}

extension ValueShape where Value == [String] {
    /// A table in one file or in several of one form. One alone is written as itself.
    static var tables: Self {
        let (one, list) = (ValueShape<String>.table, ValueShape<[String]>.list(of: .table))
        return ValueShape(schema: ["anyOf": [one.schema, list.schema]]) { node, reading in
            guard let elements = node.elements else { return one.decode(node, &reading).map { [$0] } }
            guard let files = list.decode(node, &reading) else { return nil }
            let form = TableFormat(path: files[0])
            guard let other = zip(elements, files).first(where: { TableFormat(path: $1) != form }) else { return files }
            reading.report(
                Finding(
                    .badValue,
                    "the files of one table are of one form, and \"\(other.1)\" is of another than \"\(files[0])\"",
                    at: other.0.span, help: "write them in one form"))
            return nil
        } encode: { files in
            files.count == 1 ? .string(files[0]) : .array(files.map { .string($0) })
        }
    }
}
