// Settings that always change together: no comparison can say which of them did it.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let confounded = FindingRule(
        "confounded", .models, .warning, "Settings change together, so no comparison can say which of them did it.",
        "`vary` makes a grid, in which each setting is compared with the others held fixed.")
}

struct ConfoundedSettings {
    let recipe: Recipe
    let tree: Node

    /// Two settings that always change together: no comparison can say which of them did it.
    func report(_ reading: inout Reading) {
        for ablation in recipe.ablations {
            guard let node = tree["ablations"]?[ablation.name] else { continue }
            var bundles: [(keys: [String], span: Span)] = []
            if ablation.value.zip.count > 1, let zip = node.entries?.first(where: { $0.key == "zip" }) {
                bundles.append((ablation.value.zip.map(\.key), zip.keySpan))
            }
            for bundle in ablation.value.together where (bundle.value.entries?.count ?? 0) > 1 {
                bundles.append((bundle.value.entries?.map(\.key) ?? [], bundle.keySpan))
            }
            guard let first = bundles.first else { continue }
            reading.report(
                Finding(
                    .confounded, "\(first.keys.joined(separator: " and ")) change together", at: first.span,
                    help: "a difference cannot say which of them made it; `vary` makes a grid that tells them apart"))
        }
    }
}
