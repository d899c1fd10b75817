// The page of the parameters of every kind that a worker runs, for people who write or call one.

import Digests
import Plans

enum WorkerParametersPage {
    static var text: String {
        var text = """
            # The parameters of the worker's kinds

            Written by `make generate` from what the engine declares. How a step comes to a worker, its inputs and its outputs:
            [worker-protocol.md](worker-protocol.md). A parameter without a default is always there.

            """
        for body in StepKind.declared where body.kind.demand.isWorkers {
            for (form, parameters) in body.declarations {
                let heading = "\(body.kind.rawValue)" + (form.isEmpty ? "" : ", of a \(form)")
                text += section(heading, body.kind.about, parameters)
            }
        }
        for task in WorkerTasks.declared { text += section(task.name, task.about, task.declaration) }
        return text
    }

    private static func section(_ heading: String, _ about: String, _ parameters: JSON) -> String {
        var text =
            "\n## \(heading)\n\(about)\n\n| parameter | values | default | meaning |\n|---|---|---|---|\n"
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
