// The cells of a table in whatever plain text it is written, row by row, as hashes of their values. Knows no columns' meaning.

internal import Digests

/// Reads CSV with commas, semicolons, tabs or bars, JSON lines, and a JSON array of objects, in whatever encoding ``TableText`` tells.
///
/// A cell is its value: without quotes and the space around it, 1.0 is 1, True is true. Cells of one value have one hash; others
/// have the same by chance once in 2^64. An empty cell is ``TableCells/empty``.
enum TableCells {
    /// The hash of an empty cell.
    static let empty: UInt64 = 0
    /// A row has no more cells than these, or the file is no table of anybody's.
    static let mostCells = 4_096

    /// Hands over each row's cells, the first line's among them, until `body` says false. In JSON the first row is the names, and
    /// every row has a cell for each name that was met up to there.
    ///
    /// Returns whether all of it was read as a table.
    @discardableResult
    static func forEachRow(of bytes: [UInt8], _ body: ([UInt64]) -> Bool) -> Bool {
        let text = TableText(bytes)
        if text.encoding != .utf8 { return forEachRow(of: Array(text.bytes), body) }
        guard !bytes.prefix(4_096).contains(0) else { return false }
        let start = text.bytes.startIndex
        switch bytes[start...].first(where: { $0 > 0x20 }) {
        case UInt8(ascii: "{"): return objects(lines(of: bytes[start...]), body)
        case UInt8(ascii: "["):
            guard bytes.count <= largestArray, let all = try? JSON(parsing: bytes[start...]), let members = all.array
            else { return separated(bytes, start, body) }
            return objects(members, body)
        default: return separated(bytes, start, body)
        }
    }

    /// The hash of a value.
    static func hash(_ text: String) -> UInt64 {
        Array(text.utf8).withUnsafeBufferPointer { hash($0) }
    }

    private static let largestArray = 16 << 20

    // MARK: - JSON

    private static func lines(of bytes: ArraySlice<UInt8>) -> some Sequence<JSON?> {
        bytes.split(separator: 0x0A).lazy.filter { $0.contains { $0 > 0x20 } }.map { try? JSON(parsing: $0) }
    }

    private static func objects(_ members: some Sequence<JSON?>, _ body: ([UInt64]) -> Bool) -> Bool {
        var places: [String: Int] = [:]
        var isFirst = true
        for member in members {
            guard let object = member?.object else { return false }
            for name in object.keys.sorted() where places[name] == nil { places[name] = places.count }
            guard places.count <= mostCells else { return false }
            if isFirst {
                isFirst = false
                guard body(places.sorted { $0.value < $1.value }.map { hash($0.key) }) else { return false }
            }
            var row = [UInt64](repeating: empty, count: places.count)
            for (name, value) in object { row[places[name]!] = hash(value) }
            guard body(row) else { return false }
        }
        return true
    }

    private static func hash(_ value: JSON) -> UInt64 {
        switch value {
        case .null: empty
        case .string(let text): hash(text)
        default: hash(value.text())
        }
    }

    // MARK: - Separated

    private static func separated(_ bytes: [UInt8], _ start: Int, _ body: ([UInt64]) -> Bool) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            let separator = separator(bytes, start)
            let quote = UInt8(ascii: "\"")
            var row: [UInt64] = []
            var unquoted: [UInt8] = []
            var at = start
            while at < bytes.count {
                // A quote opens a cell only at its beginning; blanks before it are passed over.
                var first = at
                while first < bytes.count, bytes[first] == 0x20 { first += 1 }
                var isQuoted = false
                if first < bytes.count, bytes[first] == quote {
                    isQuoted = true
                    unquoted.removeAll(keepingCapacity: true)
                    at = first + 1
                    while at < bytes.count {
                        if bytes[at] == quote {
                            guard at + 1 < bytes.count, bytes[at + 1] == quote else { break }
                            at += 1
                        }
                        unquoted.append(bytes[at])
                        at += 1
                    }
                    at += 1
                }
                let rest = at
                while at < bytes.count, bytes[at] != separator, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
                let end = min(at, bytes.count)
                if isQuoted {
                    if rest < end { unquoted += bytes[rest..<end] }
                    row.append(unquoted.withUnsafeBufferPointer { hash($0) })
                } else {
                    row.append(hash(UnsafeBufferPointer(rebasing: bytes[rest..<end])))
                }
                guard row.count <= mostCells else { return false }
                let isEnd = at >= bytes.count || bytes[at] != separator
                at += 1
                if isEnd {
                    // A line without any cell is none.
                    if row.contains(where: { $0 != empty }), !body(row) { return false }
                    row.removeAll(keepingCapacity: true)
                }
            }
            return row.isEmpty || !row.contains { $0 != empty } || body(row)
        }
    }

    /// The separator that the first line has most of.
    private static func separator(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes[start...] {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D, !counts.isEmpty || byte == 0x0A { break }
            if [0x2C, 0x3B, 0x09, 0x7C].contains(byte) { counts[byte, default: 0] += 1 }
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0x2C
    }

    // MARK: - Values

    private static func hash(_ cell: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var (start, end) = (0, cell.count)
        while start < end, cell[start] <= 0x20 { start += 1 }
        while end > start, cell[end - 1] <= 0x20 { end -= 1 }
        guard start < end else { return empty }
        if let number = number(cell, start, end) { return mixed(number.bitPattern ^ 0x6E75_6D62_6572) }
        let isWord = end - start <= 5 && isTruth(cell, start, end)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in start..<end where cell[index] != 0x0D {
            hash = (hash ^ UInt64(isWord ? cell[index] | 0x20 : cell[index])) &* 0x100_0000_01B3
        }
        return mixed(hash)
    }

    private static func isTruth(_ cell: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        ["true", "false"].contains { word in cell[start..<end].lazy.map { $0 | 0x20 }.elementsEqual(word.utf8) }
    }

    /// The number that a cell is; nil for a text, and for digits that are more than a float holds.
    private static func number(_ cell: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Double? {
        guard end - start <= 32, cell[end - 1] <= UInt8(ascii: "9") else { return nil }
        var whole = 0
        var isWhole = end - start <= 15
        for index in start..<end {
            switch cell[index] {
            case 0x30...0x39: if isWhole { whole = whole * 10 + Int(cell[index] - 0x30) }
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"):
                isWhole = false
            default: return nil
            }
        }
        if isWhole { return Double(whole) }
        let text = String(decoding: cell[start..<end], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { return nil }
        if Int(text) != nil, value.magnitude >= 9_007_199_254_740_992 { return nil }
        return value == 0 ? 0 : value
    }

    /// The end of SplitMix64; never the hash of an empty cell.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        return value == empty ? 1 : value
    }
}
