// Whether two files are one table in two forms. Knows lines, and what compressed files say of theirs; no columns.

/// What stays of a table when its lines end otherwise, stand in another order, or are compressed.
package enum TableLikeness {
    /// Whether the files hold the same lines, whatever their order, how they end, and how many empty ones are between them; or
    /// `other` is `table` compressed (``PackedTable``). Of files without lines nothing is said.
    ///
    /// Promised: false for files that differ in a line. Wrong by chance once in 2^64, of compressed files in 2^32.
    package static func isSame(_ table: [UInt8], _ other: [UInt8]) -> Bool {
        if PackedTable.isOne(other.prefix(8)) { return PackedTable.holds(table, in: other) }
        let (own, others) = (lines(of: table), lines(of: other))
        return own.count > 1 && own == others
    }

    /// Whether a second file may be the table in another form, so that it is worth reading it.
    ///
    /// - Parameter head: its first bytes, eight or more where it has them.
    package static func mayBeSame(_ table: Int, _ other: Int, head: [UInt8]) -> Bool {
        if PackedTable.isOne(head) { return true }
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
}
