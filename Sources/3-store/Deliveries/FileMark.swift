// A mark inside a text file: which file ablate wrote, for whom, and the digest of it all. Knows no format but that it holds text.

internal import Digests
internal import Host

/// `ablate-file:NAME;AUTHOR;<64 hexadecimal digits>`, once in a text. The digits are the digest of the text with zeros in their
/// place, so a file that was edited, renamed or cut short no longer holds its mark.
package struct FileMark: Sendable {
    private let head: String
    private let name: String
    private static let zeros = String(repeating: "0", count: 64)
    private static let start = "ablate-file:"

    /// - Parameters:
    ///   - name: the path of the file within the folder that is delivered.
    ///   - author: what wrote it, as ``Delivery/author(in:)`` tells it.
    package init(name: String, author: String) {
        self.name = name
        head = "\(Self.start)\(Self.plain(name));\(Self.plain(author));"
    }

    /// What to put into a comment or a text member of the file before ``sealing(_:)``.
    package var placeholder: String { head + Self.zeros }

    /// The text with the digest in its place. It must hold the placeholder.
    package func sealing(_ text: String) -> String {
        text.replacing(placeholder, with: head + Digest(of: text).description, maxReplacements: 1)
    }

    /// Whether a file is as it was written under this mark.
    package func holds(for bytes: [UInt8]) -> Bool { Self.wholeHead(of: bytes) == head }

    /// The folder that is delivered, from the path of the file that carries this mark.
    func folder(of path: String) -> String {
        path.hasSuffix("/" + name) ? String(path.dropLast(name.count + 1)) : Paths.folder(of: path)
    }

    /// Whether a file is as somebody wrote it under this name.
    package func isOfSameName(as bytes: [UInt8]) -> Bool {
        Self.wholeHead(of: bytes)?.split(separator: ";").first == head.split(separator: ";").first
    }

    /// Who wrote a file that is whole, whatever its name was; nil for any other file.
    package static func author(of bytes: [UInt8]) -> String? {
        wholeHead(of: bytes)?.split(separator: ";", omittingEmptySubsequences: false).dropFirst().first.map(String.init)
    }

    /// What stands before the digits of the mark that a file holds; nil for a file that is not as it was written. What looks like a
    /// mark may also be text that the file quotes: a few of them are looked at.
    private static func wholeHead(of bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        for start in text.ranges(of: start).prefix(8) {
            let parts = text[start.lowerBound...].prefix(4_096).split(
                separator: ";", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let digits = parts[2].prefix(64)
            guard digits.utf8.count == 64, let digest = Digest(String(digits)) else { continue }
            let blank = text.replacingCharacters(in: digits.startIndex..<digits.endIndex)
            if Digest(of: blank) == digest { return "\(parts[0]);\(parts[1]);" }
        }
        return nil
    }

    /// Fit for a comment of any format: letters, digits and a few signs; the rest as `_`.
    private static func plain(_ text: String) -> String {
        String(text.prefix(512).map { $0.isLetter || $0.isNumber || ".-_/+@% ".contains($0) ? $0 : "_" })
            .replacing("--", with: "-_")
    }
}

extension String {
    /// The text with zeros in place of some of it.
    fileprivate func replacingCharacters(in range: Range<Index>) -> String {
        var text = self
        text.replaceSubrange(
            range, with: String(repeating: "0", count: distance(from: range.lowerBound, to: range.upperBound)))
        return text
    }
}
