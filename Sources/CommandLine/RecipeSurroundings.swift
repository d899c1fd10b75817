// What a recipe is told of the files around it: what stands at a path, what is the same file, what a package holds. Opens
// only what must be compared, and nothing that has no end.

internal import Glibc
internal import Recipes
internal import Steps

enum RecipeSurroundings {
    /// The answers, with a note in `looks` of all that was looked at.
    static func answers(_ looks: Looks) -> Surroundings {
        var surroundings = Surroundings { looks.exists($0) ? form($0) : nil }
        surroundings.read = { path, name in
            looks.read(path)
            return try? RecipeReading.source(path, as: name)
        }
        surroundings.isSame = { path, other in
            looks.read(path)
            looks.read(other)
            return isSame(path, other)
        }
        surroundings.modules = { folder in
            var files: [String] = []
            collect(folder, "", looks, into: &files)
            return files.sorted()
        }
        surroundings.header = { path in
            looks.read(path)
            return header(path)
        }
        surroundings.isWritable = { isWritable($0) }
        surroundings.context = { BackboneContext.tokens(of: $0) }
        return surroundings
    }

    /// What stands at a path, links followed; nil where there is nothing.
    static func form(_ path: String) -> FileForm? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            // Files of procfs and sysfs have no size, and some have no end.
            var system = stat()
            let isMadeUp = (["/proc", "/sys"] as [String]).contains {
                stat($0, &system) == 0 && system.st_dev == status.st_dev
            }
            return isMadeUp ? .other("made up by the system as it is read") : .file
        case S_IFDIR: return .folder
        case S_IFIFO: return .other("a pipe")
        case S_IFSOCK: return .other("a socket")
        default: return .other("a device")
        }
    }

    /// Whether two paths are of one file, or of two files with the same bytes.
    private static func isSame(_ path: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(path, &first) == 0, stat(other, &second) == 0 else { return path == other }
        if first.st_dev == second.st_dev, first.st_ino == second.st_ino { return true }
        guard form(path) == .file, form(other) == .file, first.st_size == second.st_size, first.st_size > 0,
            let left = fopen(path, "r")
        else { return false }
        defer { fclose(left) }
        guard let right = fopen(other, "r") else { return false }
        defer { fclose(right) }
        var one = [UInt8](repeating: 0, count: 1 << 18)
        var two = one
        while true {
            let count = fread(&one, 1, one.count, left)
            guard fread(&two, 1, two.count, right) == count, one[..<count] == two[..<count] else { return false }
            if count == 0 { return ferror(left) == 0 && ferror(right) == 0 }
        }
    }

    /// A package is a few hundred files; what has more is not looked through.
    private static let mostModules = 2_000

    private static func collect(_ folder: String, _ prefix: String, _ looks: Looks, into files: inout [String]) {
        guard let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        looks.read(folder)
        while files.count < mostModules, let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix("."), name != "__pycache__" else { continue }
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                if prefix.utf8.count < 512 { collect("\(folder)/\(name)", "\(prefix)\(name)/", looks, into: &files) }
            } else if name.hasSuffix(".py"), form("\(folder)/\(name)") == .file {
                files.append(prefix + name)
            }
        }
    }

    /// The cells of the first line of a CSV file; nil where there is none.
    private static func header(_ path: String) -> [String]? {
        guard form(path) == .file, let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        var isQuoted = false
        let end = bytes[..<count].firstIndex { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return !isQuoted && (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"))
        }
        guard end != nil || count < bytes.count else { return nil }
        return (try? CSV.rows(of: Array(bytes[..<(end ?? count)])))?.first
    }

    /// Whether a file can be written at a path: in the nearest folder above it that is there.
    private static func isWritable(_ path: String) -> Bool {
        if Files.exists(path) { return Files.isWritable(path) }
        var folder = Files.folder(of: path)
        while !Files.exists(folder), folder != "/", folder != "." { folder = Files.folder(of: folder) }
        return Files.isWritable(folder)
    }
}
