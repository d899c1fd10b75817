// The files of a logbook. What says the same already stays as it is; figures that no page names any more go.

internal import Digests
internal import Glibc
internal import Logbooks
internal import Numerics

struct LogbookFiles {
    private let files: [(name: String, text: String)]

    init(_ logbooks: [Logbook]) {
        let texts = logbooks.map { LogbookMarkdown($0, prefix: logbooks.count > 1 ? "\($0.name)-" : "") }
        let writers: [@Sendable () -> [(name: String, text: String)]] = [
            { [("index.html", LogbookPage(logbooks).html)] },
            { [("LOGBOOK.md", LogbookMarkdown.overview(of: logbooks) + texts.map(\.text).joined(separator: "\n"))] },
            { [("logbook.json", Logbook.json(of: logbooks).text(.indented) + "\n")] },
            { texts.flatMap(\.figures).map { ("\(LogbookMarkdown.folder)/\($0.name)", $0.text) } },
        ]
        files = Parallel.map(writers, atOnce: 1) { $0() }.flatMap(\.self)
    }

    /// Writes them; gives their paths, the page's first. Errors: ``MissingFile``.
    func write(to folder: String) throws -> [String] {
        let figures = "\(folder)/\(LogbookMarkdown.folder)"
        for path in [folder, figures] where !Files.makeFolder(path) {
            throw MissingFile(description: "cannot make \(path): \(String(cString: strerror(errno)))")
        }
        for (name, text) in files where Files.bytes("\(folder)/\(name)") != Array(text.utf8) {
            try Self.write(text, to: "\(folder)/\(name)")
        }
        let known = Set(files.map { "\(folder)/\($0.name)" })
        for name in Self.names(in: figures)
        where [".svg", ".vl.json"].contains(where: name.hasSuffix) && !known.contains("\(figures)/\(name)") {
            unlink("\(figures)/\(name)")
        }
        return files.map { "\(folder)/\($0.name)" }
    }

    static func write(_ text: String, to path: String) throws {
        guard Files.write(Array(text.utf8), to: path) else {
            throw MissingFile(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
