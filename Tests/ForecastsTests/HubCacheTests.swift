// Repositories in the hub's cache: which are whole, under which revision, and what of a backbone's folder counts.

import Digests
import Host
import Plans
import TestProjects
import Testing

@testable import Forecasts

@Suite struct HubCacheTests {
    private let files = MemoryFiles(clock: ManualClock())
    private var cache: HubCache { HubCache(root: "/hub", files: files) }

    private func write(_ path: String, _ text: String = "x") throws {
        _ = try files.makeFolder(String(path[..<path.lastIndex(of: "/")!]))
        try files.open(path, .creating).append(Array(text.utf8))
    }

    /// A snapshot with these files, at `main`.
    private func snapshot(_ names: [String: String]) throws -> String {
        let folder = "/hub/models--org--name/snapshots/abc123"
        for (name, text) in names { try write("\(folder)/\(name)", text) }
        try write("/hub/models--org--name/refs/main", "abc123\n")
        return folder
    }

    @Test func aWholeSnapshotIsFoundByBranchAndByCommit() throws {
        let folder = try snapshot(["config.json": "{}", "tokenizer.json": "{}", "model.safetensors": "w"])
        #expect(cache.snapshot(of: "org/name", revision: nil) == folder)
        #expect(cache.snapshot(of: "org/name", revision: "main") == folder)
        #expect(cache.snapshot(of: "org/name", revision: "abc123") == folder)
        #expect(cache.snapshot(of: "org/name", revision: "v2") == nil)
        #expect(cache.snapshot(of: "org/other", revision: nil) == nil)
        #expect(cache.repository(holding: folder) == "/hub/models--org--name")
        #expect(cache.repository(holding: "/hub/models--org--name") == nil)
        #expect(cache.repository(holding: "/elsewhere") == nil)
    }

    @Test(arguments: [["config.json"], ["config.json", "tokenizer.json"], ["tokenizer.json", "model.safetensors"]])
    func aFetchThatDidNotEndIsNotThere(_ names: [String]) throws {
        _ = try snapshot(Dictionary(uniqueKeysWithValues: names.map { ($0, "{}") }))
        #expect(cache.snapshot(of: "org/name", revision: nil) == nil)
    }

    @Test func everyFileOfWeightsThatTheIndexNamesMustBeThere() throws {
        let index = #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#
        let folder = try snapshot([
            "config.json": "{}", "tokenizer.json": "{}", "model.safetensors.index.json": index,
            "model-1.safetensors": "w",
        ])
        #expect(cache.snapshot(of: "org/name", revision: nil) == nil)
        try write("\(folder)/model-2.safetensors")
        #expect(cache.snapshot(of: "org/name", revision: nil) == folder)
    }

    @Test func codeThatTheConfigNamesMustBeThereWhereItIsNeeded() throws {
        let config =
            #"{"model_type": "own", "auto_map": {"AutoModel": "modeling_own.OwnModel", "AutoConfig": "org/x--c.C"}}"#
        let folder = try snapshot(["config.json": config, "tokenizer.json": "{}", "model.safetensors": "w"])
        #expect(cache.snapshot(of: "org/name", revision: nil) == folder)
        #expect(cache.snapshot(of: "org/name", revision: nil, withCode: true) == nil)
        try write("\(folder)/modeling_own.py")
        #expect(cache.snapshot(of: "org/name", revision: nil, withCode: true) == folder)
    }

    @Test(arguments: [
        (["HF_HUB_CACHE": "/a", "HF_HOME": "/b", "HOME": "/h"], "/a"), (["HF_HOME": "/b", "HOME": "/h"], "/b/hub"),
        (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/huggingface/hub"), (["HOME": "/h"], "/h/.cache/huggingface/hub"),
        (["HF_HUB_CACHE": "", "HF_HOME": "", "HOME": "/h"], "/h/.cache/huggingface/hub"),
    ])
    func theEnvironmentNamesTheCacheAsTheHubsOwnLibraryReadsIt(_ variables: [String: String], _ root: String) {
        #expect(HubCache(environment: variables, files: files).root == root)
    }

    @Test(arguments: [
        ("config.json", [BackbonePart.weights, .weightsAndCode]), ("model-1.safetensors", [.weights, .weightsAndCode]),
        ("modeling_x.py", [.weightsAndCode]), ("tokenizer.json", [.tokenizer]), ("chat_template.jinja", [.tokenizer]),
        ("README.md", []), ("optimizer.pt", []), ("pytorch_model.bin", []),
    ])
    func onlyWhatAStepReadsOfABackboneIsInItsKey(_ name: String, _ parts: [BackbonePart]) {
        for part in [BackbonePart.tokenizer, .weights, .weightsAndCode] {
            #expect(InputResolver.isRead(name, part) == parts.contains(part), "\(name), \(part)")
        }
    }

    @Test func aReadmeChangesNoDigestAndWeightsDo() throws {
        let project = try MemoryProject()
        for name in ["config.json", "tokenizer.json", "model.safetensors"] { try project.write("b/\(name)", "{}") }
        let source = Source.folder(path: "/project/b", name: "./b", part: .weights)
        func digest() throws -> String {
            try project.resolver.resolve(source, steps: []) { _ in nil }.digest.description
        }
        let before = try digest()
        try project.write("b/README.md", "new")
        try project.write("b/tokenizer.json", "{\"new\": 1}")
        #expect(try digest() == before)
        try project.write("b/model.safetensors", "other")
        #expect(try digest() != before)
    }
}
