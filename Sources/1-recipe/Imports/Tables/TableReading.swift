// Rows out of a table's first bytes, for a proposal: CSV or JSON lines, and why others are none. Knows no meaning of columns.

internal import Digests
internal import Formats

/// The head of a table: names and rows as text.
package struct TableReading: Sendable {
    package let header: [String]
    package let rows: [[String]]

    /// Why a file is no table that can be read here, with what to do.
    package struct Objection: Error, Sendable {
        /// A clause whose subject is the file.
        package let reason: String
    }

    /// Rows beyond these change no proposal.
    static let limit = 200_000

    /// Errors: ``Objection``.
    package init(_ bytes: [UInt8], name: String) throws(Objection) {
        let ending = name.lowercased().split(separator: ".").last.map(String.init) ?? ""
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(4_096).contains(0) {
            throw Objection(
                reason:
                    "is not UTF-8 text; save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE > train.csv, where it is UTF-16"
            )
        }
        switch ending {
        case "csv": (header, rows) = try Self.separated(bytes)
        case "jsonl": (header, rows) = try Self.objects(bytes)
        case "tsv", "tab", "txt":
            throw Objection(
                reason:
                    "parts its columns with tabs; write it with commas first: pandas.read_csv(FILE, sep='\\t').to_csv('train.csv', index=False)"
            )
        default:
            throw Objection(reason: "is no CSV table with a header and a row, and no .jsonl; name one, or leave it out")
        }
    }

    private static func separated(_ bytes: [UInt8]) throws(Objection) -> ([String], [[String]]) {
        guard let rows = try? CSV.rows(of: bytes), let header = rows.first, rows.count > 1 else {
            throw Objection(reason: "is no CSV table with a header and a row; name one, or leave it out")
        }
        if header.count == 1, let mark = [";", "\t", "|"].first(where: { header[0].contains($0) }) {
            let shown = mark == "\t" ? "\\t" : String(mark)
            throw Objection(
                reason:
                    "parts its columns with \(mark == "\t" ? "tabs" : "'\(mark)'"), and commas are read; write it with commas first: pandas.read_csv(FILE, sep='\(shown)').to_csv('train.csv', index=False)"
            )
        }
        let body = rows.dropFirst().prefix(limit).filter { $0.count == header.count }
        guard !body.isEmpty else {
            throw Objection(reason: "has no row with as many cells as its header; look at its quotes and commas")
        }
        return (header, Array(body))
    }

    /// The columns are those of the first objects, in the order of the alphabet.
    private static func objects(_ bytes: [UInt8]) throws(Objection) -> ([String], [[String]]) {
        var objects: [[String: JSON]] = []
        for line in bytes.split(separator: 0x0A).prefix(limit) where line.contains(where: { $0 > 0x20 }) {
            guard let object = (try? JSON(parsing: Array(line)))?.object else {
                throw Objection(
                    reason:
                        "is not one JSON object on each line; of an array: pandas.read_json(FILE).to_json('train.jsonl', orient='records', lines=True)"
                )
            }
            objects.append(object)
        }
        guard !objects.isEmpty else { throw Objection(reason: "has no line with a JSON object") }
        let header = Set(objects.prefix(100).flatMap(\.keys)).sorted()
        let rows = objects.map { object in
            header.map { name in object[name].map { $0 == .null ? "" : $0.string ?? $0.text() } ?? "" }
        }
        return (header, rows)
    }
}
