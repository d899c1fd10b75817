// What a machine offers, under limits; and what is asked of it beyond that.

import Diagnostics
import Foundation
import Plans
import Recipes
import Schedules
import Testing

@testable import Execution

@Suite struct MachineTests {
    private func group(_ membership: String, _ files: [String: String]) throws -> ControlGroup {
        let root = NSTemporaryDirectory() + "/groups-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        for (path, text) in files {
            let file = URL(filePath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return ControlGroup(membership: membership, root: root)
    }

    @Test func theSecondVersionsTightestLimitOnTheWayUpHolds() throws {
        let found = try group(
            "0::/batch/job-7\n",
            [
                "batch/cpu.max": "250000 100000\n", "batch/job-7/cpu.max": "max 100000\n",
                "batch/memory.max": "max\n", "batch/job-7/memory.max": "4294967296\n",
            ])
        #expect((found.cores, found.memory) == (3, 4 << 30))
    }

    @Test func aContainersOwnRootHasLimitsToo() throws {
        let found = try group("0::/\n", ["cpu.max": "50000 100000\n", "memory.max": "1073741824\n"])
        #expect((found.cores, found.memory) == (1, 1 << 30))
    }

    @Test func theFirstVersionHasAFolderForEachController() throws {
        let found = try group(
            "4:cpu,cpuacct:/docker/x\n3:memory:/docker/x\n1:name=systemd:/docker/x\n",
            [
                "cpu,cpuacct/docker/x/cpu.cfs_quota_us": "400000\n",
                "cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
                "cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
                "memory/docker/x/memory.limit_in_bytes": "2147483648\n",
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
            ])
        #expect((found.cores, found.memory) == (4, 2 << 30))
    }

    @Test func noLimitIsNone() throws {
        let found = try group(
            "0::/user.slice\n", ["user.slice/cpu.max": "max 100000\n", "user.slice/memory.max": "max\n"])
        #expect(found.cores == nil && found.memory == nil)
        #expect(try group("garbage\n::\n0::/../..\n", [:]).cores == nil)
    }

    @Test func whatIsAskedForBeyondTheMachineIsSaid() throws {
        let detected = Machine(cores: 4, gpus: 0, memory: 1 << 10)
        let steps = try Fixture(
            steps:
                "{big: {command: [sh, -c, 'true > $0', '{out.it}'], outputs: [it], resources: {cores: 9, gpus: 64}}}",
            groups: 1
        ).plan.steps
        #expect(
            detected.excess(over: detected, steps: steps) == [
                "big/command asks for 9 cores, and there are 4", "big/command asks for 64 GPUs, and there are 0",
            ])
        #expect(
            Machine(cores: 9, gpus: 64, memory: 1 << 10).excess(over: detected, steps: steps) == [
                "the site file asks for 9 cores, and there are 4", "the site file asks for 64 GPUs, and there are 0",
            ])
    }

    @Test func tokenizingUsesTheCoresThatAreFree() throws {
        let text = """
            recipe: small
            data: {train: train.csv, columns: {id: id, answer: a, label: l}, labels: [0, 1], template: "{answer}"}
            folds: {kind: k-fold, count: 2, seed: 1}
            models: {tiny: {backbone: {scratch: {architecture: mistral}}, pooling: mean}}
            """
        let recipe = try RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/") { _ in true }.load()
        let steps = Plan(compiling: recipe).steps.filter { $0.kind == .tokenize }
        let machine = Machine(cores: 4, gpus: 0, memory: 1)
        #expect(steps.map { machine.resources(for: $0) } == [Resources(cores: 1, mostCores: 4)])
    }
}
