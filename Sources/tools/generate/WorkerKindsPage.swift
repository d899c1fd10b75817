// The page of every kind that a worker runs: what it reads, gives and is told, for people who write or call one.

import Digests
import Plans

enum WorkerKindsPage {
    static var text: String {
        var text = """
            # The kinds that a worker runs

            Written by `make generate` from what the engine declares. How a step comes to a worker, and the forms of what it reads
            and gives: [worker-protocol.md](worker-protocol.md). A parameter without a default is always there.

            """
        for body in StepKind.declared where body.kind.demand.isWorkers {
            text += heading(body.kind.rawValue, body.kind.about, descriptions(of: body), body.kind.declaredOutputs)
            for (form, declared) in body.declarations {
                if !form.isEmpty { text += "\nOf a \(form):\n" }
                text += parameters(declared)
            }
        }
        for task in WorkerTasks.declared {
            text += heading(task.name, task.about, task.inputs, task.outputs) + parameters(task.declaration)
        }
        return text
    }

    private static func descriptions<Body: TypedStep>(of body: Body.Type) -> [InputDescription] {
        body.inputs.map(\.description)
    }

    private static func heading(
        _ name: String, _ about: String, _ inputs: [InputDescription], _ outputs: [OutputDescription]
    ) -> String {
        var text = "\n## \(name)\n\(about)\n"
        if !inputs.isEmpty { text += "\n| input | holds | there | meaning |\n|---|---|---|---|\n" }
        for input in inputs {
            text +=
                "| `\(input.name)` | \(input.holds) | \(input.isRequired ? "always" : "") | \(input.about) |\n"
        }
        let given = outputs.map { "`\($0.name)`" + ($0.condition.map { " (\($0))" } ?? "") }
        return text + "\nOutputs: \(given.isEmpty ? "none" : given.joined(separator: ", ")).\n"
    }

    private static func parameters(_ parameters: JSON) -> String {
        var text = "\n| parameter | values | default | meaning |\n|---|---|---|---|\n"
        for parameter in parameters.array ?? [] {
            let required = parameter["required"]?.bool ?? true
            let initial = required ? "" : "`\((parameter["as_before"] ?? .null).text())`"
            let cells = [
                "`\(parameter["name"]?.string ?? "")`", values(parameter["schema"] ?? .null), initial,
                parameter["about"]?.string ?? "",
            ]
            text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }
        return text
    }

    /// What a schema takes, in a few words.
    private static func values(_ schema: JSON) -> String {
        if let choices = schema["anyOf"]?.array {
            var words: [String] = []
            for choice in choices.map(values) where !words.contains(choice) { words.append(choice) }
            return words.joined(separator: "; ")
        }
        if let words = schema["enum"]?.array { return words.compactMap(\.string).joined(separator: ", ") }
        if let word = schema["const"] { return word.string ?? word.text() }
        if let cases = schema["x-cases"]?.object {
            return cases.sorted { $0.key < $1.key }.map { "\($0.key): \(values($0.value))" }.joined(separator: "; ")
        }
        if let types = schema["type"]?.array { return types.compactMap(\.string).joined(separator: ", ") }
        switch schema["type"]?.string {
        case "object":
            guard let properties = schema["properties"]?.object else { return "object" }
            let names = properties.sorted { $0.key < $1.key }.map { name, value in
                "\(name) (\(values(value))" + (value["default"].map { "; default \($0.text())" } ?? "") + ")"
            }
            return "{\(names.joined(separator: ", "))}"
        case "array": return "list of " + values(schema["items"] ?? .null)
        case "integer", "number":
            let least = schema["minimum"] ?? schema["exclusiveMinimum"]
            let kind = schema["type"]?.string ?? ""
            guard let least else { return kind }
            let above = schema["exclusiveMinimum"] == nil ? "from" : "above"
            return "\(kind) \(above) \(least.text())" + (schema["maximum"].map { " to \($0.text())" } ?? "")
        case let type: return type ?? ""
        }
    }
}
