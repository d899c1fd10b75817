// `pseudo-label`: the labels that a teacher's predictions give the test rows.

package import Recipes
package import Targets

package struct PseudoLabelStep: TypedStep {
    package static let kind = StepKind(
        "pseudo-label", demand: .native, outputs: ["pseudo-labels"],
        "Labels test rows by what a teacher predicts for them.")

    package struct Outputs: Sendable { package let labels: Artifact<Content.PseudoLabels> }

    package let settings: PseudoLabels
    package let target: Target
    let predictions: Artifact<Content.Predictions>

    package static let parameters: [Parameter<Self>] =
        Parameter.keys(of: PseudoLabels.declaration, \.settings, except: ["from"]) + Parameter.target(\.target)

    package static let inputs: [Input<Self>] = [
        Input("predictions", \.predictions, "The teacher's, of the test table.")
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(labels: Artifact(step, "pseudo-labels")) }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        ["pseudo-labels": lineage.sight(of: predictions.source)]
    }
}
