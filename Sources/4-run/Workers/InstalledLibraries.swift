// Which versions of libraries an interpreter would import, read from its folders: no process is started to find out.

internal import Host

extension WorkerEnvironment {
    /// Version by name for everything that is installed for the worker's interpreter; empty where there is no interpreter yet,
    /// or where its folders are none that Python's rules lead to.
    ///
    /// The folders are those of Python's `site`: the environment's own, those of the interpreter it was made from where
    /// `pyvenv.cfg` includes them, PYTHONPATH, and folders that `.pth` files name. The first that has a library counts.
    package var installedVersions: [String: String] {
        guard let interpreter = ready else { return [:] }
        var versions: [String: String] = [:]
        for folder in Self.folders(of: interpreter, variables: variables) {
            for name in Self.names(in: folder) {
                guard let stem = name.dropping(suffix: ".dist-info") ?? name.dropping(suffix: ".egg-info") else {
                    continue
                }
                // Names are written with underscores there, so the first hyphen ends the name.
                let parts = stem.split(separator: "-", maxSplits: 2)
                guard parts.count >= 2 else { continue }
                let library = String(parts[0]).lowercased()
                if versions[library] == nil { versions[library] = String(parts[1]) }
            }
        }
        return versions
    }

    private static func folders(of interpreter: String, variables: [String: String]) -> [String] {
        var folders = (variables["PYTHONPATH"] ?? "").split(separator: ":").map(String.init)
        var prefix = above(above(interpreter))
        var homes: [String] = []
        if let configuration = lines(ofFile: prefix + "/pyvenv.cfg") {
            folders += libraries(in: prefix)
            var values: [String: String] = [:]
            for line in configuration {
                let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                if parts.count == 2 { values[parts[0]] = parts[1] }
            }
            if values["include-system-site-packages"]?.lowercased() == "true", let home = values["home"] {
                homes.append(above(home))
            }
        } else {
            if Host.system.files.exists(interpreter) { prefix = above(above(Host.system.files.absolute(interpreter))) }
            homes.append(prefix)
        }
        for home in homes {
            // Debian keeps its own packages, and those an administrator adds, in folders of other names.
            folders += libraries(in: home + "/local") + libraries(in: home)
            if home == "/usr" { folders += libraries(in: "/usr/local") + ["/usr/lib/python3/dist-packages"] }
        }
        var seen: Set<String> = []
        return folders.flatMap { [$0] + linked(from: $0) }.filter { seen.insert($0).inserted }
    }

    private static func libraries(in prefix: String) -> [String] {
        names(in: prefix + "/lib").filter { $0.hasPrefix("python3.") }.sorted().flatMap {
            ["\(prefix)/lib/\($0)/site-packages", "\(prefix)/lib/\($0)/dist-packages"]
        }
    }

    /// The folders that `.pth` files in a folder add.
    private static func linked(from folder: String) -> [String] {
        names(in: folder).filter { $0.hasSuffix(".pth") }.sorted().flatMap { name in
            (lines(ofFile: "\(folder)/\(name)") ?? []).filter { !$0.hasPrefix("#") && !$0.hasPrefix("import") }.map {
                $0.hasPrefix("/") ? $0 : "\(folder)/\($0)"
            }
        }
    }

    private static func above(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func names(in folder: String) -> [String] {
        ((try? Host.system.files.names(in: folder)) ?? nil) ?? []
    }

    private static func lines(ofFile path: String) -> [String]? {
        guard let bytes = Host.system.files.beginning(of: path, count: 1 << 16) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { $0.trimmed }
            .filter { !$0.isEmpty }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    fileprivate func dropping(suffix: String) -> String? { hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil }
}
