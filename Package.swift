// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// The Python half of the worker travels inside the binary: each file by name, so that no stray file does.
let worker = [
    "__init__.py",
    "__main__.py",
    "annotate.py",
    "attention.py",
    "backbones.py",
    "batches.py",
    "channel.py",
    "chat.py",
    "checkpoints.py",
    "classifier.py",
    "clusters.py",
    "control.py",
    "convert.py",
    "design.py",
    "devices.py",
    "distributed.py",
    "endpoint.py",
    "explore.py",
    "export.py",
    "extract.py",
    "families.py",
    "features.py",
    "fetch.py",
    "finetune.py",
    "formats.py",
    "groups.py",
    "ingest.py",
    "learners.py",
    "learnersettings.py",
    "losses.py",
    "lowrank.py",
    "optimizers.py",
    "packing.py",
    "pooling.py",
    "precision.py",
    "predict.py",
    "pseudo.py",
    "prefixes.py",
    "publish.py",
    "readme.py",
    "requirements-cpu.lock",
    "requirements-cuda.lock",
    "requirements.lock",
    "repeats.py",
    "schedule.py",
    "sequences.py",
    "simplex.py",
    "sources.py",
    "stack.py",
    "stackreport.py",
    "step.py",
    "tables.py",
    "tail.py",
    "tensors.py",
    "textstats.py",
    "tfidf.py",
    "throughput.py",
    "tokens.py",
    "validation.py",
    "words.py",
]

// The order of the data: a group may import itself and what stands above it (docs/architecture.md).
let groups: KeyValuePairs = [
    "0-base": [
        "CLibYAML", "CPermutations", "Digests", "Host", "Formats", "Arithmetic", "Scores", "Constraints", "Statistics",
    ],
    "1-recipe": ["Diagnostics", "Nodes", "Recipes", "Imports"],
    "2-plan": ["Plans"],
    "3-store": ["Storage", "Deliveries"],
    "4-run": ["Forecasts", "Schedules", "Steps", "Workers", "Execution"],
    "5-logbook": ["Logbooks", "Servers"],
    "6-command": ["CommandLine", "ablate"],
    "tools": ["generate", "bench", "fuzz"],
]

let package = Package(
    name: "ablate",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "ablate", targets: ["ablate"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.0"),
        .package(url: "https://github.com/swhitty/FlyingFox.git", from: "0.27.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        .target(name: "Digests", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Host", dependencies: ["Digests"]),
        .target(name: "Formats", dependencies: ["Digests"]),
        .target(name: "Diagnostics", dependencies: ["Digests"]),
        .target(name: "Nodes", dependencies: ["CLibYAML", "Diagnostics"]),
        .target(name: "Recipes", dependencies: ["Nodes", "Formats", "Scores", "Diagnostics", "Digests"]),
        .target(name: "Imports", dependencies: ["Nodes", "Diagnostics", "Digests"]),
        .target(name: "Plans", dependencies: ["Recipes", "Nodes", "Scores", "Digests", "Diagnostics"]),
        .target(
            name: "Storage",
            dependencies: ["Host", "Digests", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "Deliveries", dependencies: ["Host", "Digests", "Storage"]),
        .target(name: "Forecasts", dependencies: ["Plans", "Storage", "Host", "Formats", "Digests"]),
        .target(name: "Schedules"),
        .target(name: "CPermutations"),
        .target(name: "Arithmetic"),
        .target(name: "Scores", dependencies: ["Arithmetic"]),
        .target(name: "Constraints", dependencies: ["CPermutations", "Arithmetic", "Scores"]),
        .target(name: "Statistics", dependencies: ["Arithmetic", "Scores"]),
        .target(
            name: "Steps",
            dependencies: ["Host", "Arithmetic", "Scores", "Constraints", "Plans", "Formats", "Digests"]),
        .target(
            name: "Workers",
            dependencies: [
                "Digests", "Host", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: worker.map { .embedInCode("ablate_worker/\($0)") }),
        .target(
            name: "Execution",
            dependencies: [
                "Schedules", "Plans", "Storage", "Host", "Forecasts", "Steps", "Arithmetic", "Workers", "Digests",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(
            name: "Logbooks",
            dependencies: [
                "Diagnostics", "Nodes", "Recipes", "Plans", "Storage", "Host", "Forecasts", "Arithmetic", "Scores",
                "Statistics", "Formats", "Digests",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: ["mustache", "css", "js"].map { .embedInCode("Templates/page.\($0)") }),
        .target(
            name: "Servers",
            dependencies: [.product(name: "FlyingSocks", package: "FlyingFox")]),
        .target(
            name: "CommandLine",
            dependencies: [
                "Diagnostics", "Digests", "Host", "Nodes", "Recipes", "Imports", "Plans", "Storage", "Deliveries",
                "Forecasts",
                "Schedules", "Arithmetic", "Scores", "Statistics", "Formats", "Steps", "Workers", "Execution",
                "Logbooks",
                "Servers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "ablate",
            dependencies: ["CommandLine", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .executableTarget(name: "generate", dependencies: ["Plans", "Recipes", "Diagnostics", "Digests"]),
        .executableTarget(
            name: "bench",
            dependencies: [
                "Recipes", "Plans", "Storage", "Forecasts", "Diagnostics", "Arithmetic", "Scores", "Constraints",
                "Statistics", "Workers", "Digests",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Plans", "Recipes", "Nodes", "Diagnostics", "Digests",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
        .testTarget(name: "HostTests", dependencies: ["Host", "Digests"]),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "Digests"]),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
        .testTarget(name: "NodesTests", dependencies: ["Nodes", "Diagnostics"], exclude: ["Corpus"]),
        .testTarget(name: "RecipesTests", dependencies: ["Recipes", "Nodes", "Diagnostics", "Digests"]),
        .testTarget(name: "ImportsTests", dependencies: ["Imports", "Recipes", "Nodes", "Diagnostics", "Digests"]),
        .testTarget(name: "PlansTests", dependencies: ["Plans", "Recipes", "Nodes", "Diagnostics", "Digests"]),
        .testTarget(name: "SchedulesTests", dependencies: ["Schedules"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "Host", "Digests"]),
        .testTarget(name: "DeliveriesTests", dependencies: ["Deliveries", "Storage", "Host", "Digests"]),
        .testTarget(name: "ArithmeticTests", dependencies: ["Arithmetic"]),
        .testTarget(name: "ScoresTests", dependencies: ["Scores"]),
        .testTarget(name: "ConstraintsTests", dependencies: ["Constraints", "Scores", "Arithmetic"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Scores", "Arithmetic"]),
        .testTarget(name: "StepsTests", dependencies: ["Steps", "Formats", "Plans", "Digests"]),
        .testTarget(name: "LogbooksTests", dependencies: ["Logbooks", "Digests"]),
        .testTarget(name: "WorkersTests", dependencies: ["Workers", "Digests"]),
        .testTarget(
            name: "ExecutionTests",
            dependencies: [
                "Execution", "Forecasts", "Storage", "Plans", "Recipes", "Nodes", "Schedules", "Workers", "Arithmetic",
                "Scores", "Constraints",
                "Diagnostics", "Digests",
            ]),
        .testTarget(name: "ServersTests", dependencies: ["Servers"]),
        .testTarget(name: "ArchitectureTests"),
    ]
)

for (group, modules) in groups {
    for target in package.targets where modules.contains(target.name) {
        target.path = "Sources/\(group)/\(target.name)"
    }
}
for target in package.targets where !["CLibYAML", "CPermutations"].contains(target.name) {
    target.swiftSettings = settings
}
