// The recipe's keys that an import writes: their order, and what the engine does where they are left out.

/// Paths within a model, in the order a person writes them.
enum RecipePaths {
    struct Path: Sendable {
        let path: String
        /// The value that need not be written; nil where a value is always written.
        let unwritten: Literal?
        init(_ path: String, _ unwritten: Literal? = nil) {
            self.path = path
            self.unwritten = unwritten
        }
    }

    static let model: [Path] = [
        Path("backbone"),
        Path("quantization", .word("none")),
        Path("precision", .word("auto")),
        Path("lora"),
        Path("lora.rank"),
        Path("lora.alpha"),
        Path("lora.dropout"),
        Path("lora.targets", .word("all-linear")),
        Path("lora.rslora", .word("false")),
        Path("lora.dora", .word("false")),
        Path("pooling", .word("last")),
        Path("head-input", .word("hidden-state")),
        Path("lengths.prompt"),
        Path("lengths.answer"),
        Path("lengths.keep", .word("head")),
        Path("training.epochs"),
        Path("training.steps"),
        Path("training.batch"),
        Path("training.learning-rate"),
        Path("training.head-learning-rate"),
        Path("training.schedule", .word("cosine")),
        Path("training.warmup", .number(0)),
        Path("training.weight-decay", .number(0)),
        Path("training.clip"),
        Path("training.label-smoothing", .number(0)),
        Path("training.head-dropout", .number(0)),
        Path("training.neftune", .number(0)),
        Path("training.mask-tokens", .number(0)),
        Path("training.optimizer", .word("adamw")),
        Path("training.validation", .number(0)),
        Path("training.keep", .word("last")),
    ]

    static let data = [
        "data.columns.id", "data.columns.prompt", "data.columns.answer", "data.columns.label", "data.labels",
        "data.template",
    ]
}

/// A model's settings by path.
typealias Settings = [String: Literal]

extension Settings {
    /// What must be written for a model without `like`.
    var written: Settings {
        var settings = self
        for path in RecipePaths.model where settings[path.path] == path.unwritten { settings[path.path] = nil }
        return settings
    }

    /// What must be written for a model that is `like` another; nil where the other has a key that cannot be taken back.
    func written(like parent: Settings) -> Settings? {
        var difference: Settings = [:]
        let isFull = self["lora"] != nil
        for path in RecipePaths.model {
            let (mine, theirs) = (self[path.path] ?? path.unwritten, parent[path.path] ?? path.unwritten)
            if mine == theirs { continue }
            if let mine {
                difference[path.path] = mine
            } else if path.path == "training.head-learning-rate" {
                difference[path.path] = self["training.learning-rate"]
            } else if !(isFull && path.path.hasPrefix("lora.")), !(path.path == "lora" && self["lora.rank"] != nil) {
                return nil
            }
        }
        return difference
    }
}
