import Diagnostics
import Foundation
import Nodes
import Testing

/// Every file of the corpus has what its folder says. The trees are judged by Tests/YAML, beside libyaml's own.
@Suite struct CorpusTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    private static var files: [URL] {
        let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        return (walk?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "yaml" }
    }

    @Test func everyFileIsAcceptedOrRefusedAsItsFolderSays() throws {
        #expect(Self.files.count >= 240)
        for url in Self.files {
            let folder = url.deletingLastPathComponent().lastPathComponent
            let due = folder == "accepted" ? [] : Set(folder.split(separator: "+").map(String.init))
            #expect(Self.codes([UInt8](try Data(contentsOf: url))) == due, "\(folder)/\(url.lastPathComponent)")
        }
    }

    private static func codes(_ bytes: [UInt8]) -> Set<String> {
        do throws(Findings) {
            let file = try SourceFile(decoding: bytes, name: "t.yaml")
            return Set(try Document(parsing: file).findings.map(\.code))
        } catch {
            return Set(error.all.map(\.code))
        }
    }

    @Test(
        arguments: [
            ([0x61, 0x0A, 0xC3, 0xA9, 0x80], "not-utf-8", 2, 2), ([0xFF], "not-utf-8", 1, 1),
            ([0xEF, 0xBB, 0xBF, 0x61, 0xED, 0xA0, 0x80], "not-utf-8", 1, 2), ([0xFF, 0xFE, 0x61], "not-utf-16", 1, 1),
        ] as [([UInt8], String, Int, Int)])
    func whatIsNoTextIsFoundAtItsPlace(_ bytes: [UInt8], _ code: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: Findings.self) { try SourceFile(decoding: bytes, name: "t.yaml") }
        #expect(error?.all.map(\.code) == [code])
        #expect(error?.all.first?.span?.start == Position(line: line, column: column))
    }

    @Test func theTextIsTheSameInEveryEncoding() throws {
        let text = "é: 😀\n"
        let little: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big: [UInt8] = [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for bytes in [Array(text.utf8), Array("\u{FEFF}\(text)".utf8), little, big] {
            #expect(try SourceFile(decoding: bytes, name: "t.yaml").text == text)
        }
    }

    @Test func whatIsTooLargeIsNotDecoded() {
        let bytes = [UInt8](repeating: 0x80, count: Limit().bytes + 1)
        let error = #expect(throws: Findings.self) { try SourceFile(decoding: bytes, name: "t.yaml") }
        #expect(error?.all.map(\.code) == ["too-large"])
    }
}
