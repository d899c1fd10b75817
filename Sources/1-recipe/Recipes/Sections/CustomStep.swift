// One entry of `steps`: a program of the writer's own as a cached step.

internal import Diagnostics
internal import Digests
internal import Nodes

package struct CustomStep: Sendable {
    /// What the program does with the labels it can read.
    package enum Labels: String, CaseIterable, Sendable {
        case unused
        case crossFitted = "cross-fitted"
        case inSample = "in-sample"
    }

    package var command: [String] = []
    package var inputs: [Named<String>] = []
    package var outputs: [String] = []
    package var labels: Labels?
    package var resources = StepResources()

    static let declaration = Declaration(
        "A program of the writer's own, run when its inputs, its script files or its command have changed.",
        initial: { CustomStep() },
        keys: [
            Key(
                "command", \.command, .list(of: .argument, unique: false), required: true,
                "The program and its arguments; no shell. {in.NAME} and {out.NAME} are paths of inputs and outputs. It runs in the recipe's folder; arguments that are files there are inputs by content."
            ),
            Key(
                "inputs", \.inputs, .named(.text(), noun: "input"),
                "What it reads, by name: a file (./weights.json), data.train, data.test, folds, MODEL.out-of-fold, MODEL.test (or a stack entry's), or STEP.OUTPUT."
            ),
            Key(
                "outputs", \.outputs, .list(of: .outputName), required: true,
                "The files or folders it writes. One named out-of-fold or test holds predictions (safetensors), and the stack may use the step like a model."
            ),
            Key(
                "labels", optional: \.labels, .choice,
                "What the program does with the labels it can read. unused: nothing; cross-fitted: what it says of a fold's rows comes from the labels of other folds alone (it must read folds); in-sample: it may have seen any of them. By default cross-fitted where it reads data.train and folds, in-sample where it reads data.train without them."
            ),
            Key("resources", \.resources, StepResources.declaration.shape, StepResources.declaration.about),
        ])

    /// What an argument refers to: the names in `{in.NAME}` and `{out.NAME}`, in order.
    package static func references(in argument: String) -> [(isInput: Bool, name: String)] {
        var found: [(isInput: Bool, name: String)] = []
        var rest = argument.utf8[...]
        // By hand: recipes of ten thousand steps have too many arguments for a regular expression each.
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            rest = rest[rest.index(after: open)...]
            let isInput = rest.starts(with: "in.".utf8)
            guard isInput || rest.starts(with: "out.".utf8) else { continue }
            let body = rest.dropFirst(isInput ? 3 : 4)
            guard let close = body.firstIndex(of: UInt8(ascii: "}")), let name = String(body[..<close]),
                Name.isValid(name)
            else { continue }
            found.append((isInput, name))
            rest = body[body.index(after: close)...]
        }
        return found
    }

    /// Whether an argument may be a file of the recipe's folder.
    package static func mayBeFile(_ argument: String) -> Bool {
        !argument.isEmpty && !argument.hasPrefix("-") && !argument.contains("{") && !argument.hasPrefix("/")
            && argument.utf8.count < 1_024 && !argument.utf8.contains(0)
    }
}

/// Where a custom step's input comes from.
package enum CustomInput: Equatable, Sendable {
    case file(String)
    case table(train: Bool)
    case folds
    /// Predictions of a model, entry or step.
    case predictions(of: String, outOfFold: Bool)
    case output(of: String, name: String)

    /// Reads `blend.test` and its like; nil where the text is none of them.
    package init?(_ text: String, steps: Set<String>) {
        if text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("/") {
            self = .file(text)
            return
        }
        if text == "folds" {
            self = .folds
            return
        }
        guard let dot = text.lastIndex(of: "."), dot != text.startIndex else { return nil }
        let (owner, name) = (String(text[..<dot]), String(text[text.index(after: dot)...]))
        switch (owner, name) {
        case ("data", "train"): self = .table(train: true)
        case ("data", "test"): self = .table(train: false)
        default:
            if steps.contains(owner) {
                self = .output(of: owner, name: name)
            } else if name == "out-of-fold" || name == "test" {
                self = .predictions(of: owner, outOfFold: name == "out-of-fold")
            } else {
                return nil
            }
        }
    }

    /// The model, entry or step it depends on.
    package var owner: String? {
        switch self {
        case .predictions(let name, _), .output(let name, _): name
        case .file, .table, .folds: nil
        }
    }
}

package struct StepResources: Sendable {
    package var cores = 1
    package var memory: Int?
    package var gpus = 0
    package var gpuMemory: Int?
    package var time: Int?

    static let declaration = Declaration(
        "What a step takes of the machine while it runs.", initial: { StepResources() },
        keys: [
            Key("cores", \.cores, .integer(0...4_096), "Cores.", unit: "cores"),
            Key("memory", optional: \.memory, .integer(1...100_000_000), "Memory.", unit: "MiB"),
            Key("gpus", \.gpus, .integer(0...64), "GPUs; CUDA_VISIBLE_DEVICES names them.", unit: "GPUs"),
            Key(
                "gpu-memory", optional: \.gpuMemory, .integer(1...10_000_000),
                "Memory of each GPU; steps that say so share a GPU where the site knows how large it is.", unit: "MiB"),
            Key(
                "time", optional: \.time, .integer(1...31_536_000),
                "A limit: a program that runs longer is stopped, and the step fails.", unit: "seconds"),
        ])
}

extension ValueShape where Value == String {
    /// An argument of a command: numbers are what they are written as.
    static var argument: Self {
        ValueShape(schema: ["type": ["string", "integer", "number"]]) { node, reading in
            switch node.scalar?.resolved {
            case .integer, .number:
                guard let ambiguity = node.scalar?.ambiguity else { return node.scalar?.text }
                reading.report(ScalarReading.ambiguousText(node, ambiguity))
                return nil
            default: break
            }
            return ScalarReading.text(node, wanted: "an argument (text or a number)", reading: &reading)
        } encode: {
            .string($0)
        }
    }

    /// The name of an output.
    static var outputName: Self {
        .text(
            pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$",
            wanted: "a name of at most 200 letters, digits, '.', '_' and '-'"
        ) {
            Name.isValid($0) && $0.utf8.count <= Name.longest
        }
    }
}
