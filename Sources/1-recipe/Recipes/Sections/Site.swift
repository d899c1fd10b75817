// site.yaml: where things run. Nothing in it ever enters a key.

package import Diagnostics
package import Digests
internal import Nodes

/// The machine-specific settings that a recipe must not hold.
package struct Site: Sendable {
    package var store: String?
    package var logbook: String?
    package var python: String?
    package var cores: Int?
    package var gpus: Int?
    package var gpusPerFit = 1
    package var gpuMemory: Int?
    package var gpuMemoryPerFit: Int?
    package var memory: Int?
    package var retries = 0
    package var keyVariables: [String] = []
    package init() {}

    static let declaration = Declaration(
        "Where ablate runs things on this machine; never part of a key.", initial: { Site() },
        keys: [
            Key(
                "store", optional: \.store, .text(),
                "The folder of the store, from this file's folder; by default .ablate beside the recipe."),
            Key(
                "logbook", optional: \.logbook, .text(),
                "The folder that runs write the logbook to, from the recipe's folder; by default logbook beside the recipe."
            ),
            Key(
                "python", optional: \.python, .text(),
                "A Python interpreter that has the worker's libraries; by default an environment of its own is made."),
            Key(
                "cores", optional: \.cores, .integer(1...4_096),
                "Cores to use; by default all that the process may use."),
            Key("gpus", optional: \.gpus, .integer(0...1_024), "GPUs to use; by default all that are visible."),
            Key(
                "gpus-per-fit", \.gpusPerFit, .integer(1...64),
                "GPUs that share one fine-tune's batches; with more fits than GPUs, 1 is faster.", unit: "GPUs"),
            Key(
                "gpu-memory", optional: \.gpuMemory, .integer(1...10_000_000),
                "Memory of a GPU, of the smallest where they differ; by default not known, and no two steps share a GPU.",
                unit: "MiB"),
            Key(
                "gpu-memory-per-fit", optional: \.gpuMemoryPerFit, .integer(1...10_000_000),
                "Memory of a GPU that a fine-tune or a prediction takes: as many share a GPU as have room in gpu-memory. By default each has its GPU alone.",
                unit: "MiB"),
            Key(
                "memory", optional: \.memory, .integer(1...100_000_000),
                "Memory that steps which say what they need may take together; by default the machine's.", unit: "MiB"),
            Key(
                "key-variables", \.keyVariables, .list(of: .text(), minimum: 0),
                "Environment variables whose values annotations may send as keys, beside all that end in _API_KEY; * stands for any text. Heeded in the user's own site file and in one given by --site, not in one beside a recipe."
            ),
            Key(
                "retries", \.retries, .integer(0...100),
                "How often a step is tried again whose worker was lost: killed from outside, crashed or silent. A fine-tune goes on from its checkpoint."
            ),
        ])

    /// Errors: everything wrong with the file.
    package static func load(_ file: SourceFile) throws(Findings) -> Site {
        var reading = Reading()
        let document = try Document(parsing: file)
        for finding in document.findings { reading.report(finding) }
        let site = declaration.shape.decode(document.root, &reading)
        guard let site, !reading.findings.hasErrors else { throw Findings(reading.findings) }
        return site
    }

    /// The draft-07 schema that editors read.
    package static var schema: JSON {
        guard case .object(var members) = declaration.shape.schema else { return .null }
        members["$schema"] = "http://json-schema.org/draft-07/schema#"
        members["title"] = "ablate site"
        return .object(members)
    }
}
