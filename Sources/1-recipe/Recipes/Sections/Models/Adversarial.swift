// Training on a worst case nearby: of the embedded tokens (FGM), or of the weights (AWP).

internal import Diagnostics
internal import Digests
internal import Nodes

package struct Adversarial: Sendable, Hashable {
    package enum Method: String, CaseIterable, Sendable { case fgm, awp }
    package var method = Method.fgm
    package var epsilon = 1.0
    package var start = 0.0

    package static let declaration = Declaration(
        "Adversarial training: each batch is learnt at a point nearby where its loss is higher.",
        initial: { Adversarial() },
        keys: [
            Key(
                "method", \.method, .choice, required: true,
                "fgm moves each row's embedded tokens along their gradient and learns from both; awp moves each trained matrix and learns from there."
            ),
            Key(
                "epsilon", \.epsilon, .number(0...1e6, aboveMinimum: true), required: true,
                "How far: the length of a row's step (fgm, such as 1), or the share of each matrix's own norm (awp, such as 0.005)."
            ),
            Key("start", \.start, .number(0...1), "Share of all steps that are trained without it before."),
        ])
}

/// `off`, or the settings.
package enum AdversarialTraining: Sendable, Hashable {
    case off
    case on(Adversarial)

    package var settings: Adversarial? { if case .on(let settings) = self { settings } else { nil } }

    static let shape = ValueShape<AdversarialTraining>(
        schema: ["anyOf": [["const": "off"], Adversarial.declaration.shape.schema]]
    ) { node, reading in
        if node.entries != nil { return Adversarial.declaration.shape.decode(node, &reading).map { .on($0) } }
        if node.scalar?.text == "off" { return .off }
        reading.wrongType(node, wanted: "a mapping such as {method: fgm, epsilon: 1}, or the word off")
        return nil
    } encode: { training in
        switch training {
        case .off: "off"
        case .on(let settings): Adversarial.declaration.shape.encode(settings)
        }
    }
}
