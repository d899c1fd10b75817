// `submission`: the CSV that is sent in.

internal import Digests

extension NativeStep {
    /// Columns and order of rows are the sample's where there is one: its header names the id and one column per label, in the
    /// order of the labels; its rows name the ids.
    static func submission(_ context: StepContext) throws -> StepOutcome {
        guard let labels = context.parameters["labels"]?.array?.compactMap(\.string) else {
            throw StepError("parameter labels is missing")
        }
        let rows = try RowTable(reading: context.input("rows"))
        let table = try PredictionTable(reading: context.input("predictions"), classes: labels.count)
            .covering(rows.ids.count, "the submission")
        var header = [try context.string("id")] + labels.map { "\((try? context.string("label")) ?? "label")_\($0)" }
        var order = Array(rows.ids.indices)
        if let sample = context.inputs["sample"] {
            (header, order) = try layout(sample: sample, ids: rows.ids, columns: labels.count + 1)
        }
        var text = CSV.line(header)
        for row in order {
            text += CSV.line([rows.ids[row]] + table[row].map { "\(Float($0))" })
        }
        try FileBytes.write(Array(text.utf8), to: context.output("submission"))
        return StepOutcome(outputs: ["submission"], metrics: ["rows": .integer(order.count)])
    }

    private static func layout(sample path: String, ids: [String], columns: Int) throws -> ([String], [Int]) {
        let lines = try CSV.rows(of: FileBytes.read(path))
        guard let header = lines.first, header.count == columns else {
            throw StepError("the sample has \(lines.first?.count ?? 0) columns, and the submission \(columns)")
        }
        let byID = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var order: [Int] = []
        for (number, line) in lines.dropFirst().enumerated() {
            guard let id = line.first, let row = byID[id] else {
                throw StepError(
                    "row \(number + 1) of the sample has the id \"\(line.first ?? "")\", which the test table lacks")
            }
            order.append(row)
        }
        guard Set(order).count == ids.count, order.count == ids.count else {
            throw StepError("the sample has \(order.count) rows, and the test table \(ids.count)")
        }
        return (header, order)
    }
}

/// Comma-separated values as RFC 4180 has them.
package enum CSV {
    static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

    private static func quoted(_ field: String) -> String {
        let isPlain = field.utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain
            ? field
            : "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The fields of every line; quotes may hold commas, line breaks and doubled quotes.
    package static func rows(of bytes: [UInt8]) throws(StepError) -> [[String]] {
        var rows: [[String]] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        func finished() -> String { String(decoding: field, as: UTF8.self) }
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isQuoted {
                if byte != 0x22 {
                    field.append(byte)
                } else if index < bytes.count, bytes[index] == 0x22 {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == 0x22, field.isEmpty {
                (isQuoted, wasQuoted) = (true, true)
            } else if byte == 0x2C {
                fields.append(finished())
                (field, wasQuoted) = ([], false)
            } else if byte == 0x0A || byte == 0x0D {
                if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
                if !field.isEmpty || wasQuoted || !fields.isEmpty { rows.append(fields + [finished()]) }
                (fields, field, wasQuoted) = ([], [], false)
            } else {
                field.append(byte)
            }
        }
        guard !isQuoted else { throw StepError("row \(rows.count + 1) has a quote that is never closed") }
        if !field.isEmpty || !fields.isEmpty { rows.append(fields + [finished()]) }
        return rows
    }
}
