// Texts that others read back: a shell, and YAML's reader, each asked what it reads.

import Diagnostics
import Foundation
import Nodes
import Testing
import Words

private let texts = [
    "text", "org/name", "no", "No", "y", "007", "1_000", "0x1F", "0o17", "0b11", "1e5", "12e03", "a: b", "# x", "x #y",
    "{prompt}",
    "~", "", " ", "ä", "- a", "-", "line\nbreak", "\"", "\\n", "12:30", "2026-01-31", "2026-01-31T10", "'", "it's",
    "a\u{85}b",
    "tab\t", "@a", "*a", "&a", "!a", "%a", "`a`", "Q: {answer}\u{7}", "7B-model", "4bit", "1.2.3", ".5", ".inf", ".nan",
    "./a b",
    "./backbone", "../x", "/tmp/x", "+1", "=", "<<", "null", "Off", "TRUE", "truest", "東京", "\u{202e}x", "\u{feff}",
    "e\u{301}",
    "👩‍💻", "\u{10FFFF}", "\u{E000}", "$HOME `id` $(id) \\ \" !", "*", "a,b", "[a]", "{a}", "\r", "a\r\nb", "?", "1:2:3",
    "0.",
]

/// Texts of the characters that readers of YAML and shells look at, the same in each run.
private let random: [String] = {
    let letters = Array("0123456789abexot_.+-:/~#'\"\\$ \n@%,")
    var state: UInt64 = 17
    return (0..<3_000).map { _ in
        String(
            (0..<Int(state >> 60 & 7) + 1).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return letters[Int(state >> 33) % letters.count]
            })
    }
}()

@Suite struct YAMLTextTests {
    @Test func everyReaderTakesTheTextForItself() throws {
        for text in texts + random {
            let written = YAMLText.scalar(text)
            let file = SourceFile(name: "t", text: "k: \(written)\nl: [\(written), x]\nm: {k: \(written)}\n")
            let root = try Document(parsing: file).root
            let places = [root["k"], root["l"]?.elements?.first, root["m"]?["k"]]
            for scalar in places.map({ $0?.scalar }) {
                #expect(
                    scalar?.text == text && scalar?.resolved == .text && scalar?.ambiguity == nil,
                    "\(text.debugDescription) as \(written)")
            }
        }
    }

    @Test(arguments: ["text", "org/name", "train_2.csv", "./backbone", "/tmp/x", "7B-model", "ä"])
    func aPlainTextHasNoQuotes(_ text: String) { #expect(YAMLText.scalar(text) == text) }

    @Test func whatATerminalObeysIsEscaped() {
        #expect(YAMLText.quoted("\u{1b}[31m\u{202e}\u{10FFFF}") == "\"\\u001B[31m\\u202E\\U0010FFFF\"")
    }
}

@Suite struct ShellTextTests {
    @Test func aShellReadsTheTextBack() throws {
        let all = (texts + random.prefix(500)).filter { !$0.contains("\u{0}") }
        let shell = Process()
        let output = Pipe()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "printf '%s\\0' " + all.map(ShellText.word).joined(separator: " ")]
        shell.standardOutput = output
        try shell.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        let words = read.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(shell.terminationStatus == 0)
        #expect(words.dropLast().map { Array($0.utf8) } == all.map { Array($0.utf8) })
    }

    @Test func aPlainWordHasNoQuotes() {
        #expect(ShellText.word("lora.rank=8") == "lora.rank=8")
        #expect(ShellText.word("a b") == "'a b'" && ShellText.word("") == "''")
    }
}
