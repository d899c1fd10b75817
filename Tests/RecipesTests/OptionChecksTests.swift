// Options of a fine-tune that exclude each other or mean nothing beside another setting: each pair, and its neighbour that is right.

import Diagnostics
import Nodes
import Recipes
import Testing

private let base = """
    recipe: r
    data: {train: t.csv, columns: {answer: a, label: l}, labels: [x, y]}
    folds: {kind: k-fold, count: 2}
    models: {one: {backbone: org/one}}
    """

private func codes(_ overrides: [String]) -> [String] {
    do {
        return try RecipeLoader(
            file: SourceFile(name: "r.yaml", text: base), folder: "/f",
            overrides: overrides.map { "models.one.\($0)" }
        ) { _ in true }.load().warnings.map(\.code)
    } catch {
        return error.all.map(\.code)
    }
}

@Suite struct OptionChecksTests {
    @Test(
        arguments: [
            (["lora.init=pissa", "quantization=nf4"], "conflicting-keys"), (["lora.init=pissa"], nil),
            (["lora.init=olora", "lora.dora=true"], "conflicting-keys"),
            (["lora.init=gaussian", "lora.dora=true"], nil),
            (["lora.init=loftq", "quantization=int8"], "conflicting-keys"),
            (["lora.init=loftq", "quantization=nf4"], nil),
            (["training.reinitialize-layers=2"], "conflicting-keys"),
            (["lora=off", "training.reinitialize-layers=2"], nil),
            (["lora=head-only", "training.layer-decay=0.9"], "conflicting-keys"), (["training.layer-decay=0.9"], nil),
            (["training.dropout-samples=5"], "missing-key"),
            (["training.head-dropout=0.1", "training.dropout-samples=5"], nil),
            (["training.mask-with=mask"], "conflicting-keys"),
            (["training.mask-tokens=0.1", "training.mask-with=mask"], nil),
            (
                [
                    "backbone={scratch: {architecture: llama}}", "training.mask-tokens=0.1",
                    "training.mask-with=mask",
                ], "scratch-conflict"
            ),
            (["training.neftune=5", "training.share-prompt=on"], "conflicting-keys"),
            (["training.neftune=5"], nil),
            (
                ["training.adversarial={method: fgm, epsilon: 1}", "training.share-prompt=on"],
                "conflicting-keys"
            ),
            (["training.adversarial={method: awp, epsilon: 0.01}", "training.share-prompt=on"], nil),
            (["training.adversarial={method: fgm}"], "missing-key"),
        ] as [([String], String?)])
    func optionsThatExcludeEachOtherAreFound(_ settings: [String], _ code: String?) {
        #expect(codes(settings) == (code.map { [$0] } ?? []), "\(settings)")
    }
}
