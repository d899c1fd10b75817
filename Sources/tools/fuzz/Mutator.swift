// Inputs for the YAML reader: mutations of a corpus, texts from a grammar, and noise. Knows nothing of the reader.

/// SplitMix64: the same inputs from the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

struct Mutator {
    let corpus: [[UInt8]]
    private var random: SeededGenerator
    private static let longest = 8_192

    /// The maker of input number `iteration` of a run with `seed`, which depends on nothing else.
    init(corpus: [[UInt8]], seed: UInt64, iteration: Int) {
        self.corpus = corpus
        random = SeededGenerator(seed: seed &* 0x1_0000_0001_B3 ^ UInt64(iteration))
        _ = random.next()
    }

    mutating func input() -> [UInt8] {
        var bytes: [UInt8]
        switch random.next() % 16 {
        case 0: bytes = noise(random.next() % 2 == 0 ? 0...255 : 0x20...0x7E)
        case 1...4: bytes = grammar()
        default: bytes = corpus.randomElement(using: &random) ?? grammar()
        }
        for _ in 0..<Int.random(in: 0...6, using: &random) { mutate(&bytes) }
        if bytes.count > Self.longest { bytes.removeLast(bytes.count - Self.longest) }
        return bytes
    }

    private mutating func noise(_ range: ClosedRange<UInt8>) -> [UInt8] {
        (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: range, using: &random) }
    }

    // MARK: mutations

    private mutating func mutate(_ bytes: inout [UInt8]) {
        switch random.next() % 12 {
        case 0 where !bytes.isEmpty: bytes[place(in: bytes) % bytes.count] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.insert(contentsOf: token(), at: place(in: bytes))
        case 2: bytes.removeSubrange(slice(of: bytes))
        case 3: bytes.insert(contentsOf: bytes[slice(of: bytes)], at: place(in: bytes))
        case 4: bytes.replaceSubrange(slice(of: bytes), with: token())
        case 5:
            let other = corpus.randomElement(using: &random) ?? []
            bytes.insert(contentsOf: other[slice(of: other)], at: place(in: bytes))
        case 6:
            let part = Array((token() + bytes[slice(of: bytes)]).prefix(64))
            let times = 1 << Int.random(in: 1...7, using: &random)
            bytes.insert(contentsOf: Array(repeatElement(part, count: times).joined()), at: place(in: bytes))
        case 7, 8, 9: rearrangeLines(&bytes)
        case 10: bytes = wide(bytes)
        default: bytes.insert(UInt8(ascii: " "), at: place(in: bytes))
        }
    }

    private mutating func rearrangeLines(_ bytes: inout [UInt8]) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        let first = Int.random(in: 0..<lines.count, using: &random)
        let second = Int.random(in: 0..<lines.count, using: &random)
        switch random.next() % 6 {
        case 0: lines.swapAt(first, second)
        case 1: lines.remove(at: first)
        case 2: lines.insert(lines[first], at: second)
        case 3: lines[first].insert(contentsOf: repeatElement(0x20, count: 1 + Int(random.next() % 4)), at: 0)
        case 4: lines[first] = Array(lines[first].drop { $0 == 0x20 })
        default: for index in min(first, second)...max(first, second) { lines[index].insert(0x20, at: 0) }
        }
        bytes = Array(lines.joined(separator: [random.next() % 16 == 0 ? 0x0D : 0x0A]))
    }

    /// The bytes as UTF-16 with its mark, or with the mark of UTF-8.
    private mutating func wide(_ bytes: [UInt8]) -> [UInt8] {
        switch random.next() % 4 {
        case 0:
            [0xFF, 0xFE] + String(decoding: bytes, as: UTF8.self).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        case 1:
            [0xFE, 0xFF] + String(decoding: bytes, as: UTF8.self).utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        case 2: [0xEF, 0xBB, 0xBF] + bytes
        default: bytes
        }
    }

    private mutating func place(in bytes: [UInt8]) -> Int { Int.random(in: 0...bytes.count, using: &random) }

    private mutating func slice(of bytes: [UInt8]) -> Range<Int> {
        let start = place(in: bytes)
        return start..<min(bytes.count, start + Int.random(in: 0...40, using: &random))
    }

    private mutating func token() -> [UInt8] { Array(Self.tokens.randomElement(using: &random)!.utf8) }

    private static let tokens = [
        "[", "]", "{", "}", ",", ": ", ":", "- ", "-", "? ", "?", "&a ", "*a", "&b ", "*b", "<<: ", "<<: *a", "<<", "!",
        "!!str ", "!!int ", "!!float ", "!!null ", "!!bool ", "!!seq ", "!!map ", "!!merge ", "!<tag:x> ", "!e!x ", "|",
        ">", "|-", ">+", "|2", ">1-\n", "'", "''", "\"", "\\", "\\x41", "\\u00e9", "\\ud800", "\\U0001F600", "\\\n",
        "#",
        " #", "%YAML 1.2\n", "%TAG !e! tag:e,2026:\n", "%FOO\n", "---\n", "--- ", "...\n", "\n", "\n\n", "\r\n", "\r",
        "\t", "  ", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{0}", "\u{7}", "\u{7F}", "\u{A0}", "é", "e\u{301}",
        "日本", "😀", "\u{FFFE}", "a: ", "a: 1\n", "- a\n", "  b: 2\n", "no", "yes", "~", "null", "true", "017", "0o17",
        "0x1F", "-0x1F", "0b1", "1_000", "1:30", "1e-4", "1e999", ".inf", ".nan", "1.", ".5", "+1", "2026-01-31", "=",
        "99999999999999999999", "`", "@", "%", "a b c", "a#b", "a:b", "-1", "\"a\": ", "? [x]\n: y\n", "a: &a [*a]\n",
    ]

    // MARK: grammar

    /// A text that is mostly YAML: collections in both styles, scalars in five, anchors and tags.
    private mutating func grammar() -> [UInt8] {
        var text = ""
        if random.next() % 8 == 0 { text += "%YAML 1.\(random.next() % 3)\n---\n" }
        block(into: &text, indent: 0, depth: 0)
        return Array(text.utf8)
    }

    private mutating func block(into text: inout String, indent: Int, depth: Int) {
        let margin = String(repeating: " ", count: indent)
        let isMapping = random.next() % 2 == 0
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            text += margin + (isMapping ? scalar() + ":" : "-") + " " + properties()
            if depth < 4, random.next() % 3 == 0 {
                text += "\n"
                block(
                    into: &text, indent: indent + Int.random(in: isMapping ? 0...3 : 1...3, using: &random),
                    depth: depth + 1)
            } else if random.next() % 4 == 0 {
                text +=
                    ["|", ">", "|-", ">+", "|1"].randomElement(using: &random)! + "\n\(margin)  a\n\n\(margin)   b\n"
            } else {
                text += flow(depth: 0) + (random.next() % 8 == 0 ? " # \(scalar())" : "") + "\n"
            }
        }
    }

    private mutating func flow(depth: Int) -> String {
        guard depth < 4 else { return scalar() }
        switch random.next() % 8 {
        case 0:
            let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in properties() + flow(depth: depth + 1) }
            return "[" + items.joined(separator: ", ") + "]"
        case 1:
            let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in scalar() + ": " + flow(depth: depth + 1)
            }
            return "{" + items.joined(separator: ", ") + "}"
        case 2: return ["*a", "*b"].randomElement(using: &random)!
        default: return scalar()
        }
    }

    private mutating func scalar() -> String {
        let word = ["a", "b", "c", "x y", "1", "no", "017", "<<", "", "é"].randomElement(using: &random)!
        switch random.next() % 6 {
        case 0: return "\"\(word)\""
        case 1: return "'\(word)'"
        case 2: return String(decoding: token(), as: UTF8.self)
        default: return word
        }
    }

    private mutating func properties() -> String {
        switch random.next() % 12 {
        case 0: "&a "
        case 1: "&b "
        case 2: ["!!str ", "!!int ", "!", "!x ", "!!map "].randomElement(using: &random)!
        default: ""
        }
    }
}
