// One table in two forms, and two tables that look alike.

import Formats
import Testing

@Suite struct TableLikenessTests {
    private let table = "a,y\nx,1\ny,0\nz,1\n"

    private func isSame(_ other: String) -> Bool {
        let (one, two) = (Array(table.utf8), Array(other.utf8))
        return TableLikeness.mayBeSame(one.count, two.count, end: two.suffix(8)) && TableLikeness.isSame(one, two)
    }

    @Test(arguments: [
        "a,y\nx,1\ny,0\nz,1\n", "a,y\nx,1\ny,0\nz,1", "a,y\r\nx,1\r\ny,0\r\nz,1\r\n", "a,y\rx,1\ry,0\rz,1",
        "z,1\na,y\ny,0\nx,1\n", "a,y\nx,1\n\ny,0\nz,1\n\n", "\u{FEFF}a,y\nx,1\ny,0\nz,1\n",
    ])
    func oneTableInAnotherForm(_ other: String) { #expect(isSame(other)) }

    @Test(arguments: [
        "a,y\nx,1\ny,1\nz,1\n", "a,y\nx,1\ny,0\n", "a,y\nx,1\ny,0\nz,1\nz,1\n", "a,y\nx,1\nx,1\nz,1\n",
        "a,y\nx,1\ny,0z,1\n", "",
        "\n\n\n\n",
    ])
    func anotherTable(_ other: String) { #expect(!isSame(other)) }

    @Test func whatHasOneLineIsNoTable() {
        #expect(!TableLikeness.isSame(Array("{}\n".utf8), Array("{}".utf8)))
        #expect(!TableLikeness.isSame([], []))
    }

    @Test func aPackedTableIsKnownByWhatGzipSaysOfIt() {
        // "a,y\nx,1\ny,0\nz,1\n" by gzip -n.
        let packed: [UInt8] = [
            0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3, 0x4b, 0xd4, 0xa9, 0xe4, 0xaa, 0xd0, 0x31, 0xe4, 0xaa,
            0xd4, 0x31, 0xe0, 0xaa, 0x2, 0xd2, 0x0, 0x17, 0xb4, 0x8e, 0x92, 0x10, 0x0, 0x0, 0x0,
        ]
        #expect(TableLikeness.mayBeSame(table.utf8.count, packed.count, end: packed.suffix(8)))
        #expect(TableLikeness.isSame(Array(table.utf8), packed))
        #expect(!TableLikeness.isSame(Array(table.replacing("0", with: "1").utf8), packed))
    }
}
