// Rows out of a table's bytes, for a proposal: separated cells or JSON, as the worker reads them, and why others are none. Knows no
// meaning of columns.

internal import Digests
internal import Formats
internal import Words

/// The head of a table: names and rows as text.
package struct TableReading: Sendable {
    package let header: [String]
    package private(set) var rows: [[String]]
    /// What was told of the file's form, as sentences.
    package private(set) var remarks: [String] = []

    /// Why a file is no table that can be read here, with what to do.
    package struct Objection: Error, Sendable {
        /// A clause whose subject is the file.
        package let reason: String
    }

    /// Rows beyond these change no proposal.
    static let limit = 200_000

    private static let marks: [(byte: UInt8, name: String)] = [
        (0x2C, "commas"), (0x3B, "semicolons"), (0x09, "tabs"), (0x7C, "bars"),
    ]

    /// Errors: ``Objection``.
    package init(_ bytes: [UInt8], name: String) throws(Objection) {
        let text = TableText(bytes)
        let ending = name.lowercased().split(separator: ".").last.map(String.init) ?? ""
        let endings = ["csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson"]
        guard endings.contains(ending) else {
            throw Objection(
                reason: ["parquet", "pq"].contains(ending)
                    ? "is Parquet, which a recipe can read and init cannot; write its head as CSV for init: pandas.read_parquet(FILE).head(10000).to_csv('head.csv', index=False)"
                    : "is no CSV table with a header and a row, and no JSON; name one, or leave it out")
        }
        guard !text.bytes.prefix(4_096).contains(0) else {
            throw Objection(reason: "is no text: it has zeros among its first bytes; save it as UTF-8")
        }
        if text.encoding != .utf8 { remarks.append("its text is read as \(text.encoding.rawValue)") }
        if ["json", "jsonl", "ndjson"].contains(ending) {
            (header, rows) = try Self.objects(Array(text.bytes))
            return
        }
        let mark: UInt8
        (header, rows, mark) = try Self.separated(Array(text.bytes))
        if mark != 0x2C, !(mark == 0x09 && ["tsv", "tab"].contains(ending)),
            let mark = Self.marks.first(where: { $0.byte == mark })
        {
            remarks.append("\(mark.name) stand between its cells")
        }
        point()
    }

    private static func separated(_ bytes: [UInt8]) throws(Objection) -> ([String], [[String]], UInt8) {
        let none = Objection(reason: "is no CSV table with a header and a row; name one, or leave it out")
        var isQuoted = false
        let line = Array(
            bytes.prefix { byte in
                if byte == 0x22 { isQuoted.toggle() }
                return isQuoted || byte != 0x0A && byte != 0x0D
            })
        let counts = marks.map { mark in (mark.byte, (try? CSV.rows(of: line, separator: mark.byte))?.first?.count ?? 0)
        }
        let most = counts.max { $0.1 < $1.1 }?.0 ?? 0x2C
        let mark = counts.first.map { $0.1 > 1 } == true ? 0x2C : most
        var read = (try? CSV.rows(of: bytes, separator: mark)) ?? []
        if mark == 0x09, !isEven(read) {
            // Quotes that enclose no cell are text where tabs stand between the cells.
            let plain = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map { line in
                line.split(separator: 0x09, omittingEmptySubsequences: false).map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
            if isEven(plain) { read = plain }
        }
        guard let header = read.first, read.count > 1 else { throw none }
        let body = read.dropFirst().prefix(limit).filter { $0.count == header.count }
        guard !body.isEmpty else {
            throw Objection(reason: "has no row with as many cells as its header; look at its quotes and separators")
        }
        return (header, Array(body), mark)
    }

    private static func isEven(_ rows: [[String]]) -> Bool {
        !rows.isEmpty
            && rows.allSatisfy { row in
                row.count == rows[0].count && !row.contains { $0.contains("\t") || $0.contains("\n") }
            }
    }

    /// The columns are those of the first objects, in the order in which they come.
    private static func objects(_ bytes: [UInt8]) throws(Objection) -> ([String], [[String]]) {
        var objects: [[String: JSON]] = []
        func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
        if bytes.first(where: { !isBlank($0) }) == UInt8(ascii: "[") {
            guard let all = (try? JSON(parsing: bytes))?.array, all.allSatisfy({ $0.object != nil }) else {
                throw Objection(reason: "begins as a JSON array, and is none of objects")
            }
            objects = all.prefix(limit).compactMap(\.object)
        } else {
            for line in bytes.split(separator: 0x0A).prefix(limit) where !line.allSatisfy(isBlank) {
                guard let object = (try? JSON(parsing: Array(line)))?.object else {
                    throw Objection(reason: "is neither one JSON object on each line nor one array of objects")
                }
                objects.append(object)
            }
        }
        guard !objects.isEmpty else { throw Objection(reason: "has no JSON object") }
        let header = Set(objects.prefix(100).flatMap(\.keys)).sorted()
        let rows = objects.map { object in
            header.map { name in object[name].map { $0 == .null ? "" : $0.string ?? $0.text() } ?? "" }
        }
        return (header, rows)
    }

    /// Numbers with a decimal comma are given a point, where a column is of such numbers alone, and one is not like 1,234.
    private mutating func point() {
        for place in header.indices {
            let some = rows.lazy.map { $0[place] }.filter { !$0.isEmpty }
            guard some.contains(where: { $0.contains(",") && !Self.isThousands($0) }), some.allSatisfy(Self.isPointable)
            else { continue }
            for row in rows.indices { rows[row][place].replace(",", with: ".") }
            remarks.append("the numbers of '\(header[place].shown)' are read with a decimal comma")
        }
    }

    private static func isPointable(_ cell: String) -> Bool {
        let parts = digits(cell).split(separator: ",", omittingEmptySubsequences: false)
        return parts.count < 3 && !parts.last!.isEmpty
            && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
    private static func isThousands(_ cell: String) -> Bool {
        let parts = digits(cell).split(separator: ",", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[1].count == 3 && (1...3).contains(parts[0].count) && !parts[0].hasPrefix("0")
    }
    private static func digits(_ cell: String) -> Substring {
        cell.first.map { "+-".contains($0) } == true ? cell.dropFirst() : cell[...]
    }
}
