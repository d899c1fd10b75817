// How a custom step's command, and the small texts that it reads, name the training table without its being an input. Knows how a
// shell and programs spell a path; decides nothing about labels.

internal import Diagnostics

/// A place where a custom step names the training table.
package struct TableMention: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case argument(Int)
        /// A file that the step reads, as the recipe names it.
        case file(String)
        /// A file that the step reads and that has the table's name, in a form that is not looked into.
        case sealed(String)
    }
    package let place: Place
    /// The words that name it, as they are written.
    package let words: String
    /// Whether it is the table for certain: not a pattern that it fits, a folder that it lies in, or a text that has its name.
    package let isCertain: Bool
}

struct TableMentions {
    let surroundings: Surroundings
    /// Absolute path of the recipe's folder, in which a command runs.
    let folder: String
    /// Absolute path of the training table.
    let table: String
    /// What the table's columns are called.
    var columns = Columns()

    /// The first place that certainly names the table, else the first that may; nil where none does.
    ///
    /// - Parameter files: what the step reads, by the names of the recipe.
    func mention(_ command: [String], files: [String]) -> TableMention? {
        var possible: TableMention?
        var isShell = false
        for (index, argument) in command.enumerated() {
            isShell = isShell || Self.shells.contains(String(argument.split(separator: "/").last ?? ""))
            for (spelling, isCertain) in ArgumentPaths.spellings(argument, isProgram: index == 0) {
                let found = TableMention(place: .argument(index), words: spelling.words, isCertain: isCertain)
                if names(spelling.path) {
                    if isCertain { return found }
                    possible = possible ?? found
                } else if holds(spelling.path) || (isShell || spelling.path != "*") && fits(spelling.path) {
                    possible =
                        possible ?? TableMention(place: .argument(index), words: spelling.words, isCertain: false)
                }
            }
        }
        if let possible { return possible }
        if let file = files.first(where: says) {
            return TableMention(place: .file(file), words: name, isCertain: false)
        }
        return files.first(where: mayHold).map { TableMention(place: .sealed($0), words: $0, isCertain: false) }
    }

    /// Forms of a table that are not looked into.
    private static let sealed: Set<String> = [
        "parquet", "pq", "feather", "arrow", "zst", "zip", "bz2", "xz", "gz", "7z", "tar", "tgz", "lz4", "rar", "xlsx",
        "ods", "pkl", "pickle", "npz", "h5", "hdf5", "db", "sqlite", "duckdb", "rds", "dta", "sav",
    ]

    /// Whether a file has the table's name with another ending, and is written in a way that hides its content.
    private func mayHold(_ file: String) -> Bool {
        let own = name.lowercased().split(separator: ".")
        let other = (file.split(separator: "/").last ?? "").lowercased().split(separator: ".")
        // What Parquet holds is not read, so no other form can be compared with it.
        let isHidden = Self.sealed.contains(String(other.last ?? ""))
        let hidesTable = own.last == "parquet" && ["csv", "jsonl", "tsv", "json"].contains(other.last)
        return own.count > 1 && other.count > 1 && other.first == own.first && (isHidden || hidesTable)
            && other != own && surroundings.look(absolute(file)) == .file
    }

    /// Programs to which a star alone is a pattern; in most others' words it multiplies.
    private static let shells: Set<String> = ["sh", "bash", "dash", "zsh", "ksh", "fish", "busybox"]

    private var name: String { table.split(separator: "/").last.map(String.init) ?? table }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

    private func names(_ path: String) -> Bool {
        let path = absolute(path)
        let form = surroundings.look(path)
        guard form == .file || form == .something else { return false }
        return surroundings.isSame(table, path) || surroundings.holdsLabels(table, columns, path)
    }

    /// Whether the table lies somewhere below a folder. What all files lie below says nothing.
    private func holds(_ path: String) -> Bool {
        let path = absolute(path)
        guard surroundings.look(path) == .folder else { return false }
        var above = table.split(separator: "/").filter { $0 != "." }.dropLast()
        while !above.isEmpty {
            if surroundings.isSame("/" + above.joined(separator: "/"), path) { return true }
            above = above.dropLast()
        }
        return false
    }

    /// Whether a pattern fits the table's path.
    private func fits(_ pattern: String) -> Bool {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return false }
        func parts(_ path: String) -> [Substring] { absolute(path).split(separator: "/").filter { $0 != "." } }
        let (wanted, found) = (parts(pattern), parts(table))
        // Two stars, as Python's glob and some shells have them, stand for any folders.
        if let stars = wanted.firstIndex(of: "**") {
            return zip(wanted[..<stars], found).allSatisfy { Self.matches(Array($0), Array($1)) } && stars < found.count
                && Self.matches(Array(wanted[wanted.count - 1]), Array(found[found.count - 1]))
        }
        return wanted.count == found.count && zip(wanted, found).allSatisfy { Self.matches(Array($0), Array($1)) }
    }

    /// Files whose text a program may follow.
    private static let texts = [".json", ".yaml", ".yml", ".toml", ".sh", ".py", ".cfg", ".ini", ".R", ".jl", ".pl"]
    private static let longestText = 1 << 20

    /// Whether a small text that the step reads has the table's name as a word.
    private func says(_ file: String) -> Bool {
        guard Self.texts.contains(where: file.hasSuffix), surroundings.look(absolute(file)) == .file,
            let text = try? surroundings.read(absolute(file), file).text, text.utf8.count <= Self.longestText
        else { return false }
        func isPart(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
        }
        let utf8 = text.utf8
        return text.ranges(of: name).contains { range in
            let before = range.lowerBound == utf8.startIndex ? nil : utf8[utf8.index(before: range.lowerBound)]
            let after = range.upperBound == utf8.endIndex ? nil : utf8[range.upperBound]
            return !(before.map(isPart) ?? false) && !(after.map(isPart) ?? false)
        }
    }

    /// Whether a name fits a pattern of a shell's; a set in brackets is taken for any character.
    static func matches(_ pattern: [Character], _ name: [Character]) -> Bool {
        // Where the last star stands, and how much of the name it has taken: one star needs no other to be tried again.
        var (at, now) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while now < name.count {
            if at < pattern.count, pattern[at] == "*" {
                star = (at, now)
                at += 1
            } else if at < pattern.count, pattern[at] == "[", let end = pattern[at...].firstIndex(of: "]") {
                at = end + 1
                now += 1
            } else if at < pattern.count, pattern[at] == "?" || pattern[at] == name[now] {
                at += 1
                now += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                (at, now) = (last.pattern + 1, last.name + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }
}
