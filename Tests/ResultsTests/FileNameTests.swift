// Names as parts of file names.

import Testing

@testable import Results

@Suite struct FileNameTests {
    @Test func aFileNameFitsAndIsItsOwn() {
        #expect(FileName.fitting("forest") == "forest")
        let names = ["1", "2"].map { String(repeating: "東", count: 100) + $0 }
        let files = names.map { FileName.fitting($0) }
        #expect(files.allSatisfy { $0.utf8.count <= 200 } && files[0] != files[1])
        #expect(files[0] == FileName.fitting(names[0]))
    }
}
