// The JSON Schema of recipes, from the same declarations that decode them.

package import Digests

package enum RecipeSchema {
    /// The draft-07 schema that editors read.
    package static var document: JSON {
        guard case .object(var members) = adding(examples, to: Recipe.declaration.shape.schema, at: "") else {
            return .null
        }
        members["$schema"] = "http://json-schema.org/draft-07/schema#"
        members["title"] = "ablate recipe"
        return .object(members)
    }

    /// Values to show for keys whose description alone would leave one guessing, by path; `*` is a name of the writer's.
    private static let examples: [String: [JSON]] = [
        "recipe": ["predict-the-llm"], "include": [["shared/folds.yaml"]], "data.train": ["data/train.csv"],
        "data.test": ["data/test.csv"], "data.labels": [[0, 1, 2], ["human", "machine"]],
        "data.columns": [
            ["id": "id", "prompt": "Question", "answer": "Response", "label": "target", "group": "Question"]
        ],
        "data.template": ["Question: {prompt}; Answer: {answer}"],
        "models.*.backbone": ["mistralai/Mistral-7B-Instruct-v0.1", "org/name@main", "./backbone"],
        "models.*.lora": [["rank": 8, "alpha": 16, "dropout": 0, "targets": "all-linear"], "off"],
        "models.*.lora.targets": ["all-linear", ["q_proj", "v_proj"]], "models.*.seeds": [[1, 2, 3]],
        "models.*.fit": [["folds"], ["folds", "full"], ["folds": [0, 1]]],
        "models.*.chat": ["off", ["system": "You are a judge."]],
        "models.*.pseudo-labels": ["off", ["from": "final"]], "models.*.tfidf.ngrams": [[1, 2]],
        "models.*.program.command": [
            [
                "python3", "train.py", "--seed", "{seed}", "--lr", "{settings.lr}", "{in.train}", "{in.valid}",
                "{out.oof}",
                "{in.test}", "{out.test}",
            ]
        ],
        "models.*.program.settings": [["lr": 0.0001]],
        "stack.*.average": [["openhermes", "openorca"]], "stack.*.features": [["length", "group-statistics"]],
        "annotations.*.template": ["Rate the answer from 1 to 10: {answer}"], "annotations.*.scale": [[1, 10]],
        "extractors.*.backbone": ["mistralai/Mistral-7B-v0.1", "./backbone"],
        "steps.*.command": [["python3", "rerank.py", "{in.blend}", "{out.test}"]],
        "steps.*.inputs": [["blend": "blend.test"]], "steps.*.outputs": [["test"]],
        "ablations.*.hypothesis": ["Is LoRA rank 8 better than 4?"], "ablations.*.of": ["openhermes"],
        "ablations.*.vary": [["lora.rank": [4, 8]]],
        "ablations.*.zip": [["training.epochs": [2, 4], "training.learning-rate": [2e-4, 1e-4]]],
        "ablations.*.together": [["small": ["lora.rank": 4], "large": ["lora.rank": 16]]],
        "ablations.*.except": [[["lora.rank": 8, "quantization": "nf4"]]],
        "ablations.*.with": [["training.epochs": 3, "seeds": [1]]], "submission.path": ["submission.csv"],
    ]

    private static func adding(_ examples: [String: [JSON]], to schema: JSON, at path: String) -> JSON {
        guard case .object(var members) = schema else { return schema }
        // A model that is like another may leave out in any mapping what the other says there: the engine knows what is missing.
        if path.hasPrefix("models.*.") { members["required"] = nil }
        if let own = examples[path] { members["examples"] = .array(own) }
        let prefix = path.isEmpty ? "" : path + "."
        if case .object(let properties) = members["properties"] {
            var described = properties
            for (name, property) in properties { described[name] = adding(examples, to: property, at: prefix + name) }
            members["properties"] = .object(described)
        }
        if let named = members["additionalProperties"], case .object = named {
            members["additionalProperties"] = adding(examples, to: named, at: prefix + "*")
        }
        if case .array(let choices) = members["anyOf"] {
            members["anyOf"] = .array(choices.map { adding(examples, to: $0, at: path).without(path, examples) })
        }
        return .object(members)
    }
}

extension JSON {
    /// One choice of several has its parent's path, whose examples stand at the parent already.
    fileprivate func without(_ path: String, _ examples: [String: [JSON]]) -> JSON {
        guard examples[path] != nil, case .object(var members) = self else { return self }
        members["examples"] = nil
        return .object(members)
    }
}
