// Whether a text is put to the backbone as a message of its chat template.

internal import Diagnostics
package import Digests
internal import Nodes

package enum Chat: Sendable, Hashable {
    case none
    /// The text is the user's message; `system` stands before it, where there is one.
    case message(system: String?)

    static let about =
        "off: the text stands alone; on: it is the user's message of the tokenizer's chat template; {system: ...}: with a system prompt."

    private struct Settings: Sendable {
        var system = ""
        static let declaration = Declaration(
            "A chat with a system prompt.", initial: { Settings() },
            keys: [Key("system", \.system, .text(), required: true, "The system prompt.")])
    }

    static let shape = ValueShape<Chat>(
        schema: ["anyOf": [["enum": ["off", "on"]], Settings.declaration.shape.schema]]
    ) { node, reading in
        if node.entries != nil {
            return Settings.declaration.shape.decode(node, &reading).map { .message(system: $0.system) }
        }
        switch node.scalar?.text {
        case "off": return Chat.none
        case "on": return .message(system: nil)
        default:
            reading.wrongType(node, wanted: "off, on or {system: \"...\"}")
            return nil
        }
    } encode: { chat in
        switch chat {
        case .none: "off"
        case .message(system: nil): "on"
        case .message(.some(let system)): ["system": .string(system)]
        }
    }

    /// As the worker has it: null, or `{"system": text or null}`.
    package var json: JSON {
        switch self {
        case .none: .null
        case .message(let system): ["system": JSON(system)]
        }
    }
}
