// That a backbone is of a family that can be fine-tuned, where its config lies on this machine. Opens no file.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let unknownFamily = FindingRule(
        "unknown-family", .scores, "A backbone's config names an architecture that cannot be fine-tuned.",
        "A head needs the states of one text's tokens: a pair of encoder and decoder, or a model of images or sound, has others, and code that comes with a backbone runs only where `remote-code` allows it."
    )
    static let unprovenFamily = FindingRule(
        "unproven-family", .models, .warning, "A backbone is of an architecture that ablate's tests do not cover.",
        "Its rows are padded and not packed, which is slower; before it trains, the worker looks that padding changes no row, and refuses the backbone otherwise."
    )
}

/// What a backbone's config says of its architecture.
package struct BackboneFamily: Sendable {
    /// `model_type`.
    package let name: String
    /// Whether it comes with code of its own.
    package let hasCode: Bool
    /// Whether it is a pair of encoder and decoder.
    package let isPair: Bool
    /// Whether it reads more than text.
    package let readsMore: Bool

    package init(_ name: String, hasCode: Bool = false, isPair: Bool = false, readsMore: Bool = false) {
        (self.name, self.hasCode, self.isPair, self.readsMore) = (name, hasCode, isPair, readsMore)
    }
}

struct FamilyChecks {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]
    /// What a backbone's config says of it; nil where that is not known here.
    let family: (Backbone) -> BackboneFamily?

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
        guard reading.takesErrors, let found = family(backbone), !Backbone.families.contains(found.name) else { return }
        let place = (node["backbone"] ?? node).span
        guard let reason = refusal(found, mayRunCode: mayRunCode) else {
            reading.report(
                Finding(
                    .unprovenFamily,
                    "rows are padded: this backbone is of the architecture \"\(found.name)\", which is none of those that ablate is tested with",
                    at: place, help: "packed or padded, tested are \(Backbone.families.joined(separator: ", "))"))
            return
        }
        reading.report(
            Finding(
                .unknownFamily, "this backbone is of the architecture \"\(found.name)\", \(reason.what)", at: place,
                help: reason.help))
    }

    /// Why a backbone cannot be fine-tuned, and what to do; nil where it can.
    private func refusal(_ found: BackboneFamily, mayRunCode: Bool) -> (what: String, help: String)? {
        guard !mayRunCode else { return nil }  // what it makes of itself is tried
        let others = "choose a backbone of one of these: \(Backbone.families.joined(separator: ", "))"
        if found.readsMore || found.name == "gemma3" {
            return (
                "which reads images or sound as well",
                found.name == "gemma3"
                    ? "take the text model alone, saved as gemma3_text" : "take its text model alone, or \(others)"
            )
        }
        if found.hasCode {
            return (
                "which comes with code of its own", "read that code, and set remote-code: true if you trust it"
            )
        }
        guard found.isPair else { return nil }
        return ("a pair of encoder and decoder", others)
    }
}
