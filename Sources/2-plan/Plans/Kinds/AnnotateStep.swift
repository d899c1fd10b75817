// `annotate`: what a language model behind an endpoint says of each row or group, as features.

internal import Digests
internal import Recipes

package struct AnnotateStep: TypedStep {
    package static let kind = StepKind(
        "annotate", demand: .process, outputs: ["features", "answers"],
        "Asks a language model behind an endpoint about each row or group.")

    package struct Outputs: Sendable { package let features: Artifact<Content.Features> }

    let name: String
    let annotation: Annotation
    let texts: Artifact<Content.Texts>
    let rows: Artifact<Content.Rows>?

    /// How it is asked: the same questions give the same answers.
    private static let unkeyedNames: Set<String> = ["concurrency", "rate", "retries", "timeout", "key-variable"]

    package static let parameters: [Parameter<Self>] =
        Parameter.keys(of: Annotation.declaration, \.annotation, except: unkeyedNames) + [
            Parameter("name", \.name, .text(), "The name of its columns.")
        ]

    package static let unkeyed: [Parameter<Self>] = Annotation.declaration.keys
        .filter { unkeyedNames.contains($0.name) }
        .map { key in
            Parameter(
                name: key.name, about: key.about, schema: key.schema, isRequired: false,
                asBefore: key.parameter(Annotation())
            ) { key.parameter($0.annotation) }
        }

    package static let inputs: [Input<Self>] = [
        Input("texts", \.texts, "What is asked about."),
        Input("rows", optional: \.rows, "Where a group is asked about as a whole."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(features: Artifact(step, "features")) }
}
