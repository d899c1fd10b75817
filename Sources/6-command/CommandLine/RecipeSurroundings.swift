// What a recipe is told of the files around it: what stands at a path, what is the same file, what a package holds. Opens
// only what must be compared, and nothing that has no end.

internal import Diagnostics
internal import Formats
internal import Host
internal import Recipes
internal import Synchronization

enum RecipeSurroundings {
    /// The answers, with a note in `recorder` of all that was looked at.
    static func answers(_ recorder: DependencyRecorder) -> Surroundings {
        var surroundings = Surroundings { recorder.exists($0) ? form($0) : nil }
        surroundings.read = { path, name throws(Unreadable) in
            recorder.read(path)
            return try text(path, name)
        }
        surroundings.isSame = { path, other in
            recorder.read(path)
            recorder.read(other)
            return isSame(path, other)
        }
        let known = Mutex<(of: TableKey, labels: [HeldLabels])?>(nil)
        surroundings.holdsLabels = { table, columns, path in
            recorder.read(table)
            recorder.read(path)
            guard let key = TableKey(table, columns), let bytes = text(path) else { return false }
            let labels = known.withLock { known in
                if let known, known.of == key { return known.labels }
                let content = try? files.content(of: table, limit: largestTable)
                let labels =
                    content.map { content in
                        columns.labelSources.compactMap { HeldLabels(table: content, label: $0, keys: key.keys) }
                    } ?? []
                known = (key, labels)
                return labels
            }
            return labels.contains { $0.areIn(bytes) }
        }
        surroundings.modules = { folder in
            var files: [String] = []
            collect(folder, "", [], recorder, into: &files)
            return files.sorted()
        }
        surroundings.names = { folder in
            guard form(folder) == .folder, let names = (try? files.names(in: folder)) ?? nil else { return [] }
            recorder.read(folder)
            return names.sorted()
        }
        surroundings.beginning = { path, limit in
            recorder.read(path)
            return beginning(path, limit)
        }
        surroundings.isWritable = { isWritable($0) }
        surroundings.context = { BackboneContext.tokens(of: $0) }
        surroundings.family = { BackboneContext.family(of: $0) }
        return surroundings
    }

    private static var files: any FileSystem { Host.system.files }

    private static func text(_ path: String, _ name: String) throws(Unreadable) -> SourceFile {
        do {
            return try RecipeReading.source(path, as: name)
        } catch let findings as Findings {
            throw Unreadable(findings: findings.all)
        } catch let error as AblateError where error.kind != .missing {
            throw Unreadable(reason: error.message, advice: error.advice)
        } catch {
            throw Unreadable(reason: "there is no such file")
        }
    }

    /// What stands at a path, links followed; nil where there is nothing.
    static func form(_ path: String) -> FileForm? {
        guard let status = (try? files.status(of: path, following: true)) ?? nil else { return nil }
        switch status.form {
        case .file: return isMadeUp(path, status) ? .other("made up by the system as it is read") : .file
        case .folder: return .folder
        case .link, .other: return .other("a pipe, socket or device")
        }
    }

    /// Files of procfs and sysfs say that they are empty, and are not; some have no end.
    private static func isMadeUp(_ path: String, _ status: FileStatus) -> Bool {
        guard status.size == 0 else { return false }
        var hasContent = false
        try? files.open(path, .reading).forEachPiece {
            hasContent = !$0.isEmpty
            return false
        }
        return hasContent
    }

    /// Whether two paths are of one file, or of two files with the same bytes.
    private static func isSame(_ path: String, _ other: String) -> Bool {
        guard let first = (try? files.status(of: path, following: true)) ?? nil,
            let second = (try? files.status(of: other, following: true)) ?? nil
        else { return path == other }
        if first.stamp.device == second.stamp.device, first.stamp.inode == second.stamp.inode { return true }
        guard first.form == .file, second.form == .file, first.size > 0, second.size > 0 else { return false }
        if first.size == second.size, let one = try? files.open(path, .reading).digest(),
            one == (try? files.open(other, .reading).digest())
        {
            return true
        }
        return isSameTable((path, first.size), (other, second.size))
    }

    /// What is larger is compared byte by byte alone.
    private static let largestTable = 64 << 20

    /// A table as it is now, and what names its rows.
    private struct TableKey: Equatable, Sendable {
        let path: String
        let stamp: Stamp
        let labels: [String]
        let keys: [String]

        /// Nil for what is no table that is read here.
        init?(_ path: String, _ columns: Columns) {
            guard TableFormat(path: path) != .parquet,
                let status = (try? RecipeSurroundings.files.status(of: path, following: true)) ?? nil,
                status.form == .file, status.size <= RecipeSurroundings.largestTable
            else { return nil }
            (self.path, stamp, labels) = (path, status.stamp, columns.labelSources)
            keys = [columns.id].compactMap(\.self) + columns.texts.columns.reversed()
        }
    }

    /// Texts that are no tables, so that a large table is not read for each script beside it.
    private static let programs: Set<String> = [
        "py", "sh", "r", "jl", "pl", "js", "toml", "yaml", "yml", "cfg", "ini", "md", "lock",
    ]

    /// The content of a file that may be a table; nil where it is too large, a program, or its first bytes are those of no text.
    private static func text(_ path: String) -> [UInt8]? {
        guard !programs.contains(String(path.split(separator: ".").last ?? "").lowercased()), form(path) == .file,
            let status = (try? files.status(of: path, following: true)) ?? nil,
            status.size <= largestTable, let head = files.beginning(of: path, count: 4_096)
        else { return nil }
        let isUTF16 = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
        return isUTF16 || !head.contains(0) ? try? files.content(of: path, limit: largestTable) : nil
    }

    private static func isSameTable(_ first: (path: String, size: Int), _ second: (path: String, size: Int)) -> Bool {
        guard max(first.size, second.size) <= largestTable, let head = files.beginning(of: second.path, count: 8),
            TableLikeness.mayBeSame(first.size, second.size, head: head),
            let one = try? files.content(of: first.path, limit: largestTable),
            let other = try? files.content(of: second.path, limit: largestTable)
        else { return false }
        return TableLikeness.isSame(one, other)
    }

    /// A package is a few hundred files; what has more is not looked through.
    private static let mostModules = 2_000

    private static func collect(
        _ folder: String, _ prefix: String, _ above: [Stamp], _ recorder: DependencyRecorder,
        into found: inout [String]
    ) {
        // Python follows a link to a package, and a folder may lead into itself.
        guard let own = ((try? files.status(of: folder, following: true)) ?? nil)?.stamp,
            !above.contains(where: { $0.device == own.device && $0.inode == own.inode }),
            let names = (try? files.names(in: folder)) ?? nil
        else { return }
        recorder.read(folder)
        for name in names.sorted() where !name.hasPrefix(".") && name != "__pycache__" && found.count < mostModules {
            let path = "\(folder)/\(name)"
            guard let status = (try? files.status(of: path, following: true)) ?? nil else { continue }
            if status.form == .folder {
                if prefix.utf8.count < 512 { collect(path, "\(prefix)\(name)/", above + [own], recorder, into: &found) }
            } else if name.hasSuffix(".py"), form(path) == .file {
                found.append(prefix + name)
            }
        }
    }

    /// The first bytes of a regular file; nil where there is none.
    private static func beginning(_ path: String, _ limit: Int) -> (bytes: [UInt8], isWhole: Bool)? {
        guard form(path) == .file, let bytes = files.beginning(of: path, count: limit + 1) else { return nil }
        return (Array(bytes.prefix(limit)), bytes.count <= limit)
    }

    /// Whether a file can be written at a path: in the nearest folder above it that is there.
    private static func isWritable(_ path: String) -> Bool {
        if Files.exists(path) { return Files.isWritable(path) }
        var folder = Files.folder(of: path)
        while !Files.exists(folder), folder != "/", folder != "." { folder = Files.folder(of: folder) }
        return Files.isWritable(folder)
    }
}
