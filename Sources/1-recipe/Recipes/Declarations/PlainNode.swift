// A tree without its places, for output.

package import Digests
package import Nodes

extension Node {
    /// The values alone, typed by YAML 1.2.
    package var plain: JSON {
        switch content {
        case .mapping(let entries):
            return .object(Dictionary(entries.map { ($0.key, $0.value.plain) }, uniquingKeysWith: { $1 }))
        case .sequence(let elements): return .array(elements.map(\.plain))
        case .scalar(let scalar):
            switch scalar.resolved {
            case .null: return .null
            case .boolean(let value): return .bool(value)
            case .integer(let value): return .integer(value)
            // JSON has no word for what is no number, or without end: such a value stays the text that it is.
            case .number(let value): return value.isFinite ? .number(value) : .string(scalar.text)
            case .text: return .string(scalar.text)
            }
        }
    }
}
