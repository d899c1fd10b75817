// The files of a logbook. What says the same already stays as it is; figures of ours that no page names any more go.

internal import Deliveries
internal import Digests
internal import Host
internal import Logbooks
internal import Arithmetic
internal import Results

struct LogbookFiles {
    private let files: [(name: String, mark: FileMark, text: String)]
    private let author: String

    /// The forms that every logbook has, the page first.
    private static let forms: [any Form] = [LogbookPage(), LogbookMarkdown(), LogbookJSON()]

    /// - Parameter author: what the files are marked as written by (``Delivery/author(in:)``).
    init(_ logbooks: [RecipeResults], author: String) {
        self.author = author
        files = Parallel.map(Self.forms, atOnce: 1) { $0.files(of: logbooks) }.flatMap(\.self).map { file in
            let mark = FileMark(name: file.name, author: author)
            return (file.name, mark, mark.sealing(Self.marked(file.text, as: file.name, mark)))
        }
    }

    /// Errors: ``AblateError`` unless the files that every logbook has may be written. For before the work begins.
    static func require(in folder: String, _ delivery: Delivery, author: String) throws {
        try delivery.requireFolder(folder)
        try delivery.requireFolder("\(folder)/\(LogbookMarkdown.folder)")
        for name in [LogbookPage.file, LogbookMarkdown.file, LogbookJSON.file] {
            try delivery.require("\(folder)/\(name)", mark: FileMark(name: name, author: author), remedy: remedy)
        }
    }

    private static let remedy = "choose another folder for the logbook (`run --logbook`, `logbook --output`)"

    /// Errors: ``AblateError`` unless each of them may be written.
    @discardableResult
    func require(in folder: String, _ delivery: Delivery) throws -> [Delivery.Target] {
        try files.map { try delivery.require("\(folder)/\($0.name)", mark: $0.mark, remedy: Self.remedy) }
    }

    /// Writes them all, or none; gives their paths and the digests of their contents, the page's first. Errors: ``AblateError``.
    @discardableResult
    func write(to folder: String, _ delivery: Delivery) throws -> [(path: String, digest: Digest)] {
        let targets = try require(in: folder, delivery)
        let figures = "\(folder)/\(LogbookMarkdown.folder)"
        for path in [folder, figures] { _ = try Host.system.files.makeFolder(path) }
        let written = try zip(files, targets).map { file, target in
            let bytes = Array(file.text.utf8)
            try delivery.write(target, bytes)
            return (path: "\(folder)/\(file.name)", digest: Digest(of: bytes))
        }
        let known = Set(files.map(\.name))
        for name in try Host.system.files.names(in: figures) ?? [] {
            let path = "\(LogbookMarkdown.folder)/\(name)"
            guard !known.contains(path), [".svg", ".vl.json"].contains(where: name.hasSuffix) else { continue }
            delivery.removeOutdated("\(folder)/\(path)", mark: FileMark(name: path, author: author))
        }
        return written
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
