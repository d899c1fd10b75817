// The same chains in the words of each tool. Knows files and arguments, and no clock.

import Foundation

/// A tool that runs the chains: `in/K.txt` is copied to `out/K.1`, that to `out/K.2`, five times.
struct Contender {
    let name: String
    let program: String
    /// The files that describe the chains, besides `in/`.
    let files: @Sendable (_ chains: Int, _ jobs: Int) -> [String: String]
    /// What would be run, told without running it.
    let plan: [String]
    let run: @Sendable (_ jobs: Int) -> [String]
    /// How many steps ran, read from the output; nil where it does not say.
    var executed: @Sendable (_ output: String) -> Int? = { _ in nil }

    func write(chains: Int, jobs: Int, to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder.appending(path: "in"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: folder.appending(path: "out"), withIntermediateDirectories: true)
        for chain in 0..<chains {
            try Data("chain \(chain)\n".utf8).write(to: folder.appending(path: "in/\(chain).txt"))
        }
        for (name, text) in files(chains, jobs) {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    /// Every step with its source and target.
    private static func steps(_ chains: Int, _ text: (_ chain: Int, _ step: Int, _ source: String) -> String) -> String
    {
        (0..<chains).map { chain in
            (1...5).map { step in text(chain, step, step == 1 ? "in/\(chain).txt" : "out/\(chain).\(step - 1)") }
                .joined()
        }.joined()
    }

    /// Outputs differ in name from step to step: copies of one content under one name would be one piece of work.
    static func ablate(_ program: String) -> Contender {
        Contender(
            name: "ablate", program: program,
            files: { chains, jobs in
                let steps = Self.steps(chains) { chain, step, _ in
                    let source = step == 1 ? "./in/\(chain).txt" : "c\(chain)s\(step - 1).o\(step - 1)"
                    return
                        "  c\(chain)s\(step): {command: [cp, \"{in.a}\", \"{out.o\(step)}\"], inputs: {a: \(source)}, outputs: [o\(step)]}\n"
                }
                return [
                    "train.csv": "id,text,label\n1,x,a\n2,y,b\n", "site.yaml": "cores: \(jobs)\ngpus: 0\n",
                    "recipe.yaml": """
                    recipe: bench
                    data: {train: train.csv, columns: {id: id, answer: text, label: label}, labels: [a, b], template: "{answer}"}
                    folds: {kind: stratified-k-fold, count: 2, seed: 1}
                    models: {}
                    steps:
                    \(steps)
                    """,
                ]
            }, plan: ["plan", "recipe.yaml"], run: { _ in ["run", "recipe.yaml", "--progress", "none"] },
            executed: { output in
                output.split(separator: "\n").first { $0.hasPrefix("bench: ") }?.dropFirst(7).split(separator: " ")
                    .first
                    .flatMap { Int($0) }
            })
    }

    static let ninja = Contender(
        name: "ninja", program: "ninja",
        files: { chains, _ in
            [
                "build.ninja": "rule copy\n  command = cp $in $out\n"
                    + steps(chains) { "build out/\($0).\($1): copy \($2)\n" }
            ]
        }, plan: ["-n"], run: { ["-j", "\($0)"] },
        executed: { output in
            if output.contains("no work to do") { return 0 }
            let last = output.split(whereSeparator: \.isNewline).last { $0.hasPrefix("[") }
            return last?.dropFirst().split(separator: "/").first.flatMap { Int($0) }
        })

    static let make = Contender(
        name: "make", program: "make",
        files: { chains, _ in
            let all = (0..<chains).map { "out/\($0).5" }.joined(separator: " ")
            return ["Makefile": "all: \(all)\n" + steps(chains) { "out/\($0).\($1): \($2)\n\tcp $< $@\n" }]
        }, plan: ["-r", "-n"], run: { ["-r", "-j", "\($0)"] },
        executed: { output in output.split(separator: "\n").count { $0.hasPrefix("cp ") } })

    static let snakemake = Contender(
        name: "snakemake", program: "snakemake",
        files: { chains, _ in
            let all = (0..<chains).map { "'out/\($0).5'" }.joined(separator: ", ")
            let rules = (1...5).map { step in
                let source = step == 1 ? "in/{k}.txt" : "out/{k}.\(step - 1)"
                return
                    "rule s\(step):\n  input: '\(source)'\n  output: 'out/{k}.\(step)'\n  shell: 'cp {input} {output}'\n"
            }
            return ["Snakefile": "rule all:\n  input: [\(all)]\n" + rules.joined()]
        }, plan: ["-n", "-q"], run: { ["-j", "\($0)", "-q"] })

    static let dvc = Contender(
        name: "dvc", program: "dvc",
        files: { chains, _ in
            [
                ".dvc/config": "[core]\n    no_scm = True\n    analytics = False\n",
                "dvc.yaml": "stages:\n"
                    + steps(chains) { chain, step, source in
                        "  c\(chain)s\(step):\n    cmd: cp \(source) out/\(chain).\(step)\n    deps: [\(source)]\n    outs: [out/\(chain).\(step)]\n"
                    },
            ]
        }, plan: ["status", "-q"], run: { _ in ["repro", "-q"] })
}
