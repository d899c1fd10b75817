// Whether two files are one table in two forms. Knows lines and the end of a gzip file; no columns.

/// What stays of a table when its lines end otherwise, stand in another order, or are compressed.
package enum TableLikeness {
    /// Whether the files hold the same lines, whatever their order, how they end, and how many empty ones are between them; or
    /// `other` is `table` compressed by gzip. Of files without lines nothing is said.
    ///
    /// Promised: false for files that differ in a line. Wrong by chance once in 2^64.
    package static func isSame(_ table: [UInt8], _ other: [UInt8]) -> Bool {
        if let packed = Packed(other) {
            return packed.size == UInt32(truncatingIfNeeded: table.count) && packed.check == check(of: table)
        }
        let (own, others) = (lines(of: table), lines(of: other))
        return own.count > 1 && own == others
    }

    /// Whether sizes let two files be one table in two forms, so that it is worth reading them.
    package static func mayBeSame(_ table: Int, _ other: Int, end: [UInt8]) -> Bool {
        if end.count >= 8, Packed.size(end) == UInt32(truncatingIfNeeded: table) { return true }
        // A line holds a character at least: what ends the lines at most doubles it.
        return table > 0 && other > 0 && table / 2 <= other + 2 && other / 2 <= table + 2
    }

    /// How many lines there are, and the sum of their hashes.
    private struct Lines: Equatable {
        var count = 0
        var sum: UInt64 = 0
    }

    private static func lines(of bytes: [UInt8]) -> Lines {
        var lines = Lines()
        bytes.withUnsafeBufferPointer { bytes in
            let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            var hash = Self.offset
            var isEmpty = true
            func end() {
                if !isEmpty {
                    lines.count += 1
                    lines.sum &+= mixed(hash)
                }
                hash = Self.offset
                isEmpty = true
            }
            for index in start..<max(start, bytes.count) {
                let byte = bytes[index]
                if byte == 0x0A || byte == 0x0D {
                    end()
                } else {
                    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
                    isEmpty = false
                }
            }
            end()
        }
        return lines
    }

    /// FNV-1a's beginning.
    private static let offset: UInt64 = 0xCBF2_9CE4_8422_2325

    /// So that sums of hashes are as good as hashes (the end of SplitMix64).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// What a gzip file of one member says of what is in it.
    private struct Packed {
        let check: UInt32
        let size: UInt32

        init?(_ bytes: [UInt8]) {
            guard bytes.count >= 18, bytes[0] == 0x1F, bytes[1] == 0x8B else { return nil }
            check = Self.number(bytes[(bytes.count - 8)...])
            size = Self.size(bytes)
        }

        static func size(_ end: [UInt8]) -> UInt32 { number(end[(end.count - 4)...]) }

        private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            bytes.prefix(4).reversed().reduce(UInt32(0)) { (sum: UInt32, byte: UInt8) -> UInt32 in
                sum << 8 | UInt32(byte)
            }
        }
    }

    /// CRC-32 as gzip has it.
    private static func check(of bytes: [UInt8]) -> UInt32 {
        let table = (0..<256).map { (start: Int) -> UInt32 in
            (0..<8).reduce(UInt32(start)) { (value: UInt32, _) -> UInt32 in
                let half = value >> 1
                return value & 1 == 1 ? half ^ 0xEDB8_8320 : half
            }
        }
        return bytes.withUnsafeBufferPointer { bytes in
            table.withUnsafeBufferPointer { table in
                var value = UInt32.max
                for byte in bytes {
                    let index = Int(UInt8(truncatingIfNeeded: value) ^ byte)
                    value = table[index] ^ (value >> 8)
                }
                return ~value
            }
        }
    }
}
