// The parameters of every kind that a worker runs as Python dataclasses: names, choices and defaults are those that `Plans` declares.

import Digests
import Plans

enum PythonParameters {
    /// The module `protocol/parameters.py`.
    static var text: String {
        var module = Module()
        var kinds: [(name: String, classes: [String])] = []
        for body in StepKind.declared where body.kind.demand.isWorkers {
            let classes = body.declarations.map { form, parameters in
                module.add(camel(body.kind.rawValue) + camel(form), body.kind.about, fields(parameters))
            }
            kinds.append((body.kind.rawValue, classes))
        }
        for task in WorkerTasks.declared {
            kinds.append((task.name, [module.add(camel(task.name), task.about, fields(task.declaration))]))
        }
        let table = kinds.map { "    \"\($0.name)\": (\($0.classes.joined(separator: ", ")),),\n" }
        return """
            \"""The parameters of every kind of step and task. Written by `make generate` from what the engine declares: edit nothing here.

            A field is named as the parameter, with _ for -. One without a default is always there. Knows no step; kinds.py reads these.
            \"""

            from dataclasses import dataclass, field
            from typing import ClassVar, Literal


            \(module.classes.joined(separator: "\n\n"))

            # The forms that the parameters of each kind may have.
            KINDS = {
            \(table.joined())}

            """
    }

    /// What a field of a class is.
    private struct Field {
        let name: String
        let schema: JSON
        /// As Python writes it; nil for what is always there.
        let initial: String?
    }

    private static func fields(_ parameters: JSON) -> [Field] {
        (parameters.array ?? []).map { parameter in
            let isRequired = parameter["required"]?.bool ?? true
            return Field(
                name: parameter["name"]?.string ?? "", schema: parameter["schema"] ?? .null,
                initial: isRequired ? nil : literal(parameter["as_before"] ?? .null))
        }
    }

    /// The keys of an object. What has a default in recipes need not be there.
    private static func fields(ofObject schema: JSON) -> [Field] {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object ?? [:]).sorted { $0.key < $1.key }.map { name, value in
            Field(
                name: name, schema: value,
                initial: required.contains(name) ? nil : literal(value["default"] ?? .null))
        }
    }

    /// The classes so far. One schema is one class, wherever it stands.
    private struct Module {
        private(set) var classes: [String] = []
        private var known: [String: [JSON]] = [:]

        /// - Parameter limited: whether the class tells which numbers its fields may be.
        mutating func add(
            _ name: String, _ about: String, _ fields: [Field], limited: Bool = false, others: Bool = false
        ) -> String {
            var lines: [String] = []
            var cases: [String] = []
            for field in fields {
                var type: String
                if let by = field.schema["x-by"]?.string, let schemas = field.schema["x-cases"]?.object {
                    let found = schemas.sorted { $0.key < $1.key }.map {
                        ($0.key, part(camel($0.key) + camel(field.name), $0.value, limited: true))
                    }
                    type = found.map(\.1).joined(separator: " | ")
                    let entries = found.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
                    cases.append("\"\(field.name)\": (\"\(by)\", {\(entries)})")
                } else {
                    type = self.type(field.schema, called: camel(field.name))
                }
                if field.initial == "None", !type.hasSuffix("None") { type += " | None" }
                lines.append("    \(python(field.name)): \(type)" + (field.initial.map { " = \($0)" } ?? "") + "\n")
            }
            if others {
                lines.append("    _others: dict = field(default_factory=dict)  # values under further names\n")
            }
            let limits =
                limited ? fields.compactMap { field in limit(field.schema).map { "\"\(field.name)\": \($0)" } } : []
            if !limits.isEmpty { lines.append("    LIMITS: ClassVar = {\(limits.joined(separator: ", "))}\n") }
            if !cases.isEmpty { lines.append("    CASES: ClassVar = {\(cases.joined(separator: ", "))}\n") }
            classes.append(
                "@dataclass(frozen=True, kw_only=True)\nclass \(name):\n    \"\"\"\(about)\"\"\"\n"
                    + (lines.isEmpty ? "" : lines.joined()))
            return name
        }

        /// The class of an object; the same one for the same schema.
        private mutating func part(_ name: String, _ schema: JSON, limited: Bool = false) -> String {
            // What a schema says of itself is not what it is.
            let properties = schema["properties"] ?? .null
            let number = known[name]?.firstIndex(of: properties)
            let index = number ?? known[name]?.count ?? 0
            let own = index == 0 ? name : "\(name)\(index + 1)"
            guard number == nil else { return own }
            known[name, default: []].append(properties)
            let about = schema["description"]?.string ?? "The settings that mean something here."
            return add(
                own, about, fields(ofObject: schema), limited: limited,
                others: schema["additionalProperties"]?.object != nil)
        }

        private mutating func type(_ schema: JSON, called name: String) -> String {
            if let choices = schema["anyOf"]?.array {
                var types: [String] = []
                for choice in choices {
                    for one in type(choice, called: name).components(" | ") where !types.contains(one) {
                        types.append(one)
                    }
                }
                return (types.filter { $0 != "None" } + types.filter { $0 == "None" }).joined(separator: " | ")
            }
            if let words = schema["enum"]?.array { return "Literal[\(words.map(literal).joined(separator: ", "))]" }
            if let word = schema["const"] { return "Literal[\(literal(word))]" }
            if let types = schema["type"]?.array {
                return types.map { type(["type": $0], called: name) }.joined(separator: " | ")
            }
            switch schema["type"]?.string {
            case "object": return schema["properties"] == nil ? "dict" : part(name, schema)
            case "array": return "list"
            case "string": return "str"
            case "integer": return "int"
            case "number": return "float"
            case "boolean": return "bool"
            default: return "None"
            }
        }
    }

    /// Whether a number is whole, its least value, whether only what is above that counts, and its greatest value; nil for no number.
    private static func limit(_ schema: JSON) -> String? {
        guard let type = schema["type"]?.string, type == "integer" || type == "number" else { return nil }
        let above = schema["exclusiveMinimum"]
        let values = [
            .bool(type == "integer"), above ?? schema["minimum"] ?? .null, .bool(above != nil),
            schema["maximum"] ?? .null,
        ]
        return literal(.array(values))
    }

    private static func python(_ name: String) -> String { name.replacing("-", with: "_") }

    /// `group-statistics` as a class is called.
    private static func camel(_ name: String) -> String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func literal(_ value: JSON) -> String {
        switch value {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .array(let values): "(\(values.map(literal).joined(separator: ", ")))"
        default: value.text()
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: true).map(String.init)
    }
}
