// Bytes to text: UTF-8, or UTF-16 with a byte order mark, as YAML 1.2 allows. Refuses what is too large to look at.

package import Diagnostics

extension FindingRule {
    static let notUTF8 = FindingRule(
        "not-utf-8", .text, "The file holds bytes that are no UTF-8.",
        "Save it as UTF-8. Other encodings are not guessed at: a wrong guess would change names and labels in silence.")
    static let notUTF16 = FindingRule(
        "not-utf-16", .text, "The file begins with the mark of UTF-16 and goes on with bytes that are none.",
        "It was cut off or damaged on its way; save it again, as UTF-8.")
    static let tooLarge = FindingRule(
        "too-large", .text, "The text is larger than a recipe may be.",
        "Something else was named by mistake, such as a table; or parts belong into included files.")
    static let tooManyDirectives = FindingRule(
        "too-many-directives", .text, "There are more `%TAG` lines than a recipe may have.",
        "A recipe needs none: the key decides the type of its value.")
}

extension SourceFile {
    /// The text of `bytes`, without its byte order mark. Errors: `too-large`, `not-utf-8`, `not-utf-16`.
    package convenience init(decoding bytes: [UInt8], name: String, limit: Limit = Limit()) throws(Findings) {
        if let finding = limit.refusal(of: bytes.count, in: SourceFile(name: name, text: "")) {
            throw Findings([finding])
        }
        let text: String?
        let encoding: String
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            encoding = "UTF-16"
            text = Self.wide(bytes.dropFirst(2), littleEndian: bytes[0] == 0xFF)
        } else {
            encoding = "UTF-8"
            text = String(validating: Self.unmarked(bytes), as: UTF8.self)
        }
        if let text {
            self.init(name: name, text: text)
        } else {
            throw Findings([Self.undecodable(bytes, encoding, name: name)])
        }
    }

    /// The bytes of a changed text, with the encoding and the byte order mark of the bytes that it was read from.
    package static func encode(_ text: String, as old: [UInt8]) -> [UInt8] {
        let isLittleEndian = old.starts(with: [0xFF, 0xFE])
        guard isLittleEndian || old.starts(with: [0xFE, 0xFF]) else {
            return (old.starts(with: [0xEF, 0xBB, 0xBF]) ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
        }
        return ([0xFEFF] + Array(text.utf16)).flatMap { (unit: UInt16) in
            let (high, low) = (UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit))
            return isLittleEndian ? [low, high] : [high, low]
        }
    }

    private static func unmarked(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }

    private static func wide(_ bytes: ArraySlice<UInt8>, littleEndian: Bool) -> String? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { index in
            let (low, high) = littleEndian ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
            return UInt16(high) << 8 | UInt16(low)
        }
        return String(validating: units, as: UTF16.self)
    }

    private static func undecodable(_ bytes: [UInt8], _ encoding: String, name: String) -> Finding {
        var readable = String.UnicodeScalarView()
        if encoding == "UTF-8" {
            var decoder = UTF8()
            var rest = unmarked(bytes).makeIterator()
            while case .scalarValue(let scalar) = decoder.decode(&rest) { readable.append(scalar) }
        }
        let file = SourceFile(name: name, text: String(readable))
        let last = file.lines.last?.unicodeScalars.count ?? 0
        let place = Position(line: file.lines.count, column: last + 1)
        return Finding(
            encoding == "UTF-8" ? .notUTF8 : .notUTF16, "the file is not \(encoding) text",
            at: Span(file: file, start: place, end: place), help: "save it as UTF-8")
    }
}

extension Limit {
    /// Why a text of `bytes` is not looked at; nil where it is.
    func refusal(of bytes: Int, in file: SourceFile) -> Finding? {
        guard bytes > self.bytes else { return nil }
        return Finding(.tooLarge, "the text is larger than \(self.bytes >> 20) MiB", at: .top(of: file))
    }

    /// Why `text`, which has the lines of `file`, is not parsed; nil where it is.
    func refusal(of text: String, in file: SourceFile) -> Finding? {
        if let finding = refusal(of: text.utf8.count, in: file) { return finding }
        guard file.lines.count(where: { $0.utf8.starts(with: "%TAG".utf8) }) > directives else { return nil }
        return Finding(.tooManyDirectives, "more than \(directives) %TAG lines", at: .top(of: file))
    }
}
