// That a backbone is of a family that the worker knows, where its config lies on this machine. Opens no file.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let unknownFamily = FindingRule(
        "unknown-family", .scores, "A backbone's config names an architecture that cannot be fine-tuned.",
        "Heads, adapters and packed attention are made for the architectures that recipe-reference.md lists.")
}

struct FamilyChecks {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]
    /// What a backbone's config says of it; nil where that is not known here.
    let family: (Backbone) -> (name: String, hasCode: Bool)?

    func report(_ reading: inout Reading) {
        let (models, extractors) = (tree.index("models"), tree.index("extractors"))
        for entry in recipe.models {
            if let node = models[entry.name], let model = entry.value.fineTune {
                check(model.backbone, mayRunCode: model.remoteCode, at: node, &reading)
            }
        }
        for entry in recipe.extractors {
            if let node = extractors[entry.name] {
                check(entry.value.backbone, mayRunCode: entry.value.remoteCode, at: node, &reading)
            }
        }
        for variant in variants.joined() {
            if case .model(.fineTune(let model)) = variant.subject {
                check(model.backbone, mayRunCode: model.remoteCode, at: variant.tree, &reading)
            }
        }
    }

    private func check(_ backbone: Backbone, mayRunCode: Bool, at node: Node, _ reading: inout Reading) {
        guard !mayRunCode, reading.takesErrors, let found = family(backbone), !Backbone.families.contains(found.name)
        else { return }
        let help =
            found.name == "gemma3"
            ? "it reads images as well; take the text model alone, saved as gemma3_text"
            : found.hasCode
                ? "it comes with code of its own: read that code, and set remote-code: true if you trust it"
                : "choose a backbone of one of these: \(Backbone.families.joined(separator: ", "))"
        reading.report(
            Finding(
                .unknownFamily, "this backbone is of the architecture \"\(found.name)\", which ablate does not know",
                at: (node["backbone"] ?? node).span, help: help))
    }
}
