// The files of a logbook. What says the same already stays as it is; figures of ours that no page names any more go.

internal import Deliveries
internal import Digests
internal import Host
internal import Logbooks
internal import Arithmetic

struct LogbookFiles {
    private let files: [(name: String, mark: FileMark, text: String)]
    private let author: String

    /// - Parameter author: what the files are marked as written by (``Delivery/author(in:)``).
    init(_ logbooks: [Logbook], author: String) {
        let texts = logbooks.map { LogbookMarkdown($0, prefix: logbooks.count > 1 ? "\($0.name)-" : "") }
        let writers: [@Sendable () -> [(name: String, text: String)]] = [
            { [("index.html", LogbookPage(logbooks).html)] },
            { [("LOGBOOK.md", LogbookMarkdown.overview(of: logbooks) + texts.map(\.text).joined(separator: "\n"))] },
            { [("logbook.json", Logbook.json(of: logbooks).text(.indented) + "\n")] },
            { texts.flatMap(\.figures).map { ("\(LogbookMarkdown.folder)/\($0.name)", $0.text) } },
        ]
        self.author = author
        files = Parallel.map(writers, atOnce: 1) { $0() }.flatMap(\.self).map { name, text in
            let mark = FileMark(name: name, author: author)
            return (name, mark, mark.sealing(Self.marked(text, as: name, mark)))
        }
    }

    /// Errors: ``AblateError`` unless the files that every logbook has may be written. For before the work begins.
    static func require(in folder: String, _ delivery: Delivery, author: String) throws {
        try delivery.requireFolder(folder)
        for name in ["index.html", "LOGBOOK.md", "logbook.json"] {
            try delivery.require("\(folder)/\(name)", mark: FileMark(name: name, author: author), remedy: remedy)
        }
    }

    private static let remedy = "choose another folder for the logbook (`run --logbook`, `logbook --output`)"

    /// Writes them all, or none; gives their paths, the page's first. Errors: ``AblateError``.
    func write(to folder: String, _ delivery: Delivery) throws -> [String] {
        for file in files { try delivery.require("\(folder)/\(file.name)", mark: file.mark, remedy: Self.remedy) }
        let figures = "\(folder)/\(LogbookMarkdown.folder)"
        for path in [folder, figures] { _ = try Host.system.files.makeFolder(path) }
        for file in files { try delivery.write("\(folder)/\(file.name)", Array(file.text.utf8), isMarked: true) }
        let known = Set(files.map(\.name))
        for name in try Host.system.files.names(in: figures) ?? [] {
            let path = "\(LogbookMarkdown.folder)/\(name)"
            guard !known.contains(path), [".svg", ".vl.json"].contains(where: name.hasSuffix) else { continue }
            delivery.removeOutdated("\(folder)/\(path)", mark: FileMark(name: path, author: author))
        }
        return files.map { "\(folder)/\($0.name)" }
    }

    /// The text with a place for its mark: a comment, or a member where JSON has no comments.
    private static func marked(_ text: String, as name: String, _ mark: FileMark) -> String {
        if name.hasSuffix(".vl.json") {
            return text.replacing(
                "{", with: "{\"usermeta\":{\"ablate_file\":\"\(mark.placeholder)\"},", maxReplacements: 1)
        }
        if name.hasSuffix(".json") {
            return text.replacing("{", with: "{\n  \"ablate_file\": \"\(mark.placeholder)\",", maxReplacements: 1)
        }
        return text + (text.hasSuffix("\n") ? "" : "\n") + "<!-- \(mark.placeholder) -->\n"
    }
}
