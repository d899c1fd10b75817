// swift-tools-version: 6.2
import PackageDescription

// What a change must pass lets no warning through; a compiler of tomorrow that warns of more keeps nobody from building.
let strictness: [SwiftSetting] = Context.environment["ABLATE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]
let settings: [SwiftSetting] =
    strictness + [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]

// The order of the data: a group may import itself and what stands above it (docs/architecture.md).
let groups: KeyValuePairs = [
    "0-base": [
        "CLibYAML", "CPermutations", "Digests", "Words", "Arithmetic", "Host", "Targets", "Formats", "Scores",
        "Statistics", "Constraints",
    ],
    "1-recipe": ["Diagnostics", "Nodes", "Recipes", "Imports"],
    "2-plan": ["Plans"],
    "3-store": ["Storage", "Deliveries", "Runs"],
    "4-run": ["Forecasts", "Schedules", "Steps", "Workers", "Execution"],
    "5-logbook": ["Results", "Figures", "Logbooks", "Servers"],
    "6-command": ["CommandLine", "ablate"],
    "tools": ["generate", "bench", "fuzz", "embed"],
]

let package = Package(
    name: "ablate",
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
            name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CPermutations"),
        .target(name: "Digests", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Words"),
        .target(name: "Arithmetic"),
        .target(name: "Host", dependencies: ["Arithmetic", "Digests"]),
        .target(name: "Targets"),
        .target(name: "Formats", dependencies: ["Targets", "Words", "Digests"]),
        .target(name: "Scores", dependencies: ["Targets", "Arithmetic"]),
        .target(name: "Statistics", dependencies: ["Arithmetic", "Scores"]),
        .target(name: "Constraints", dependencies: ["CPermutations", "Arithmetic", "Scores", "Statistics"]),
        .target(name: "Diagnostics", dependencies: ["Words", "Digests"]),
        .target(name: "Nodes", dependencies: ["CLibYAML", "Diagnostics", "Words"]),
        .target(
            name: "Recipes", dependencies: ["Nodes", "Targets", "Formats", "Scores", "Diagnostics", "Words", "Digests"]),
        .target(name: "Imports", dependencies: ["Nodes", "Formats", "Diagnostics", "Words", "Digests"]),
        .target(
            name: "Plans",
            dependencies: ["Recipes", "Nodes", "Targets", "Formats", "Scores", "Digests", "Diagnostics"]),
        .target(
            name: "Storage",
            dependencies: ["Host", "Formats", "Digests", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "Runs", dependencies: ["Storage", "Formats", "Digests"]),
        .target(name: "Deliveries", dependencies: ["Host", "Digests", "Storage"]),
        .target(name: "Forecasts", dependencies: ["Plans", "Storage", "Runs", "Host", "Formats", "Digests"]),
        .target(name: "Schedules"),
        .target(
            name: "Steps",
            dependencies: [
                "Host", "Targets", "Scores", "Constraints", "Plans", "Recipes", "Formats", "Words", "Digests",
            ]),
        .target(
            name: "Workers",
            dependencies: [
                "Formats", "Digests", "Host", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["ablate_worker"],  // the plugin embeds it
            plugins: ["EmbedWorker"]),
        .target(
            name: "Execution",
            dependencies: [
                "Schedules", "Plans", "Storage", "Runs", "Host", "Forecasts", "Steps", "Arithmetic", "Targets",
                "Workers",
                "Formats", "Digests",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(
            name: "Results",
            dependencies: [
                "Diagnostics", "Nodes", "Recipes", "Plans", "Storage", "Runs", "Host", "Forecasts", "Arithmetic",
                "Targets", "Scores", "Statistics", "Formats", "Words", "Digests",
            ]),
        .target(name: "Figures", dependencies: ["Words", "Digests"]),
        .target(
            name: "Logbooks",
            dependencies: [
                "Results", "Targets", "Scores", "Statistics", "Formats", "Figures", "Words", "Digests",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: ["mustache", "css", "js"].map { .embedInCode("Templates/page.\($0)") }),
        .target(
            name: "Servers",
            dependencies: [.product(name: "FlyingSocks", package: "FlyingFox")]),
        .target(
            name: "CommandLine",
            dependencies: [
                "Diagnostics", "Digests", "Words", "Host", "Nodes", "Recipes", "Imports", "Plans", "Storage", "Runs",
                "Deliveries",
                "Forecasts",
                "Schedules", "Arithmetic", "Scores", "Statistics", "Formats", "Steps", "Workers", "Execution",
                "Results", "Logbooks", "Servers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "ablate",
            dependencies: ["CommandLine"]),
        .executableTarget(
            name: "generate",
            dependencies: ["Plans", "Recipes", "Imports", "Nodes", "Host", "Diagnostics", "Digests"]),
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
                "Plans", "Recipes", "Nodes", "Diagnostics", "Words", "Digests",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "embed"),
        .plugin(name: "EmbedWorker", capability: .buildTool(), dependencies: ["embed"]),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
        .testTarget(name: "WordsTests", dependencies: ["Words", "Nodes", "Diagnostics"]),
        .testTarget(name: "HostTests", dependencies: ["Host", "Digests"]),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "Targets", "Digests"]),
        .testTarget(
            name: "DiagnosticsTests", dependencies: ["Diagnostics", "Nodes", "Recipes", "Plans", "Imports", "Digests"]),
        .testTarget(name: "NodesTests", dependencies: ["Nodes", "Diagnostics", "Words"], exclude: ["Corpus"]),
        .testTarget(name: "RecipesTests", dependencies: ["Recipes", "Targets", "Nodes", "Diagnostics", "Digests"]),
        .testTarget(name: "ImportsTests", dependencies: ["Imports", "Recipes", "Nodes", "Diagnostics", "Digests"]),
        .testTarget(
            name: "PlansTests", dependencies: ["Plans", "Targets", "Recipes", "Nodes", "Diagnostics", "Digests"],
            exclude: ["Keys"]
        ),
        .testTarget(name: "SchedulesTests", dependencies: ["Schedules"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "Host", "Formats", "Digests"]),
        .testTarget(name: "RunsTests", dependencies: ["Runs", "Storage", "Host", "Digests"]),
        .testTarget(name: "DeliveriesTests", dependencies: ["Deliveries", "Storage", "Host", "Digests"]),
        .testTarget(name: "ArithmeticTests", dependencies: ["Arithmetic"]),
        .testTarget(name: "ScoresTests", dependencies: ["Scores", "Targets"]),
        .testTarget(name: "ConstraintsTests", dependencies: ["Constraints", "Scores", "Arithmetic"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Scores", "Arithmetic"]),
        .target(
            name: "TestProjects",
            dependencies: ["Forecasts", "Plans", "Recipes", "Storage", "Host", "Diagnostics", "Digests"],
            path: "Tests/TestProjects"),
        .testTarget(
            name: "ForecastsTests", dependencies: ["TestProjects", "Forecasts", "Plans", "Storage", "Host", "Digests"]),
        .testTarget(
            name: "StepsTests", dependencies: ["Steps", "Host", "Targets", "Formats", "Plans", "Recipes", "Digests"]),
        .testTarget(name: "FiguresTests", dependencies: ["Figures", "Digests"]),
        .testTarget(
            name: "ResultsTests",
            dependencies: [
                "TestProjects", "Results", "Plans", "Storage", "Host", "Formats", "Scores", "Statistics", "Digests",
            ]),
        .testTarget(
            name: "LogbooksTests",
            dependencies: ["Logbooks", "Results", "Formats", "Scores", "Digests"]),
        .testTarget(name: "WorkersTests", dependencies: ["Workers", "Digests"]),
        .testTarget(
            name: "ExecutionTests",
            dependencies: [
                "TestProjects", "Execution", "Forecasts", "Storage", "Runs", "Host", "Plans", "Recipes", "Nodes",
                "Schedules", "Workers", "Arithmetic",
                "Scores", "Constraints",
                "Diagnostics", "Digests",
            ]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "CommandLine", "Results", "Scores", "Diagnostics", "Recipes", "Host", "Workers", "Formats", "Digests",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
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
for target in package.targets where !["CLibYAML", "CPermutations", "EmbedWorker"].contains(target.name) {
    target.swiftSettings = settings
}
