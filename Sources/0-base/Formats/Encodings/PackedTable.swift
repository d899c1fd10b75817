// What a compressed file says of the content it holds: its length and its check. Unpacks nothing.

/// Whether a file is another one compressed, by gzip, zip, xz or bzip2, as far as its own check of the content tells.
///
/// Promised: false for a file that is none of these. Wrong by chance once in 2^32. Of bzip2 a content of one block (900 kB) is known.
enum PackedTable {
    /// Whether a file that begins so is one whose check is known here.
    static func isOne(_ head: some Collection<UInt8>) -> Bool {
        [gzip, zip, xz, bzip2].contains { head.starts(with: $0) }
    }

    static func holds(_ table: [UInt8], in packed: [UInt8]) -> Bool {
        if packed.starts(with: gzip) {
            guard packed.count >= 18 else { return false }
            return little(packed, packed.count - 8, 4) == UInt64(crc32(table[...]))
                && little(packed, packed.count - 4, 4) == UInt64(UInt32(truncatingIfNeeded: table.count))
        }
        if packed.starts(with: zip) { return isInZip(table, packed) }
        if packed.starts(with: xz) { return isInXZ(table, packed) }
        guard packed.starts(with: bzip2), packed.count >= 14 else { return false }
        return packed[10..<14].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } == bzip2Check(table)
    }

    private static let gzip: [UInt8] = [0x1F, 0x8B]
    private static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    private static let xz: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    private static let bzip2: [UInt8] = [0x42, 0x5A, 0x68]

    /// A number of `count` bytes, the least first; 0 where the file ends before it.
    private static func little(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        guard start >= 0, start + count <= bytes.count else { return 0 }
        return bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether a member of a zip file has the table's length and check.
    private static func isInZip(_ table: [UInt8], _ packed: [UInt8]) -> Bool {
        let ends = stride(from: packed.count - 22, through: max(0, packed.count - 22 - 65_535), by: -1)
        guard let end = ends.first(where: { little(packed, $0, 4) == 0x0605_4B50 }) else { return false }
        var at = Int(little(packed, end + 16, 4))
        var check: UInt64?
        while little(packed, at, 4) == 0x0201_4B50 {
            if little(packed, at + 24, 4) == UInt64(table.count) {
                let own = check ?? UInt64(crc32(table[...]))
                check = own
                if little(packed, at + 16, 4) == own { return true }
            }
            at += 46 + Int(little(packed, at + 28, 2) + little(packed, at + 30, 2) + little(packed, at + 32, 2))
        }
        return false
    }

    /// Whether the blocks of an xz file, which its index lists, have the table's length and checks.
    private static func isInXZ(_ table: [UInt8], _ packed: [UInt8]) -> Bool {
        let foot = packed.count - 12
        guard foot > 12, packed[packed.count - 2] == 0x59, packed[packed.count - 1] == 0x5A else { return false }
        let kind = packed[foot + 9]
        let start = foot - (Int(little(packed, foot + 4, 4)) + 1) * 4
        guard kind == 1 || kind == 4, start > 12, packed[start] == 0 else { return false }
        let width = kind == 1 ? 4 : 8
        var at = start + 1
        func number() -> Int? {
            var (value, shift) = (0, 0)
            while at < foot, shift < 56 {
                value |= Int(packed[at] & 0x7F) << shift
                shift += 7
                at += 1
                if packed[at - 1] < 0x80 { return value }
            }
            return nil
        }
        guard let blocks = number(), blocks > 0 else { return false }
        var (end, done) = (12, 0)
        for _ in 0..<blocks {
            guard let size = number(), let length = number(), size < packed.count, length <= table.count - done
            else { return false }
            end += (size + 3) / 4 * 4
            guard end <= start else { return false }
            let part = table[done..<done + length]
            let own = kind == 1 ? UInt64(crc32(part)) : crc64(part)
            guard little(packed, end - width, width) == own else { return false }
            done += length
        }
        return done == table.count
    }

    // MARK: - Checks

    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 { ~check(bytes, UInt32(0xEDB8_8320)) }

    /// ECMA-182, as xz has it.
    private static func crc64(_ bytes: ArraySlice<UInt8>) -> UInt64 { ~check(bytes, UInt64(0xC96C_5795_D787_0F42)) }

    /// The remainder, the least bit first.
    private static func check<Value: FixedWidthInteger & UnsignedInteger>(
        _ bytes: ArraySlice<UInt8>, _ polynomial: Value
    ) -> Value {
        var table = [Value](repeating: 0, count: 256)
        for start in 0..<256 {
            var value = Value(start)
            for _ in 0..<8 {
                let isOdd: Bool = value & 1 == 1
                value >>= 1
                if isOdd { value ^= polynomial }
            }
            table[start] = value
        }
        var value = Value.max
        bytes.withUnsafeBufferPointer { bytes in
            table.withUnsafeBufferPointer { table in
                for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
            }
        }
        return value
    }

    /// CRC-32 with the greatest bit first.
    private static func bzip2Check(_ bytes: [UInt8]) -> UInt32 {
        var table = [UInt32](repeating: 0, count: 256)
        for start in 0..<256 {
            var value = UInt32(start) << 24
            for _ in 0..<8 {
                let isHigh: Bool = value >> 31 == 1
                value <<= 1
                if isHigh { value ^= 0x04C1_1DB7 }
            }
            table[start] = value
        }
        var value = UInt32.max
        for byte in bytes { value = table[Int(UInt8(value >> 24) ^ byte)] ^ (value << 8) }
        return ~value
    }
}
