// Before Workers is compiled: lists the Python package's folder, and has `embed` write its files as Swift source.
//
// Knows where the package lies and which of its files travel inside the binary. Does not know what is in them.

import Foundation
import PackagePlugin

@main struct EmbedWorker: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = target.directoryURL.appending(path: "ablate_worker")
        let files = try Self.files(in: folder)
        let source = context.pluginWorkDirectoryURL.appending(path: "EmbeddedWorker.swift")
        return [
            .buildCommand(
                displayName: "Embedding the \(files.count) files of \(folder.lastPathComponent)",
                executable: try context.tool(named: "embed").url,
                arguments: [source.path, folder.path] + files,
                inputFiles: files.map { folder.appending(path: $0) },
                outputFiles: [source])
        ]
    }

    /// The Python modules and locks below the folder, by their path in it, ascending: no bytecode, nothing hidden, no other file.
    static func files(in folder: URL, below path: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: path), includingPropertiesForKeys: [.isDirectoryKey]
        ).sorted { $0.lastPathComponent < $1.lastPathComponent }.flatMap { entry -> [String] in
            let name = entry.lastPathComponent
            guard !name.hasPrefix("."), name != "__pycache__" else { return [] }
            if try entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
                return try files(in: folder, below: "\(path)\(name)/")
            }
            return ["py", "lock"].contains(entry.pathExtension) ? [path + name] : []
        }
    }
}
