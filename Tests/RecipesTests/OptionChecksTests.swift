// Options of a fine-tune that exclude each other or mean nothing beside another setting: each pair, and its neighbour that is right.

import Diagnostics
import Nodes
import Recipes
import Testing

private let base = """
    recipe: r
    data: {train: t.csv, columns: {prompt: p, answer: a, label: l}, labels: [x, y]}
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
            (["lengths=all"], nil), (["lengths=some"], "wrong-type"), (["lengths.quantile=0.9"], nil),
            (["label-words=[one, two]"], nil), (["label-words=[one, two, three]"], "out-of-range"),
            (["label-words=[one, two]", "pooling=mean"], "conflicting-keys"),
            (["label-words=[one, two]", "head-input=lm-logits"], "conflicting-keys"),
            (["label-words=[one, two]", "backbone={scratch: {architecture: llama}}"], "scratch-conflict"),
            (["swap={texts: [prompt, answer], labels: [y, x]}"], nil),
            (["swap={texts: [prompt, other]}"], "out-of-range"),
            (["swap={texts: [answer, answer]}"], "repeated-value"),
            (["swap={texts: [prompt, answer, other]}"], "out-of-range"),
            (["swap={texts: [prompt, answer], labels: [x, z]}"], "out-of-range"),
            (["swap={texts: [prompt, answer]}", "template=\"{answer}\""], "out-of-range"),
        ] as [([String], String?)])
    func optionsThatExcludeEachOtherAreFound(_ settings: [String], _ code: String?) {
        #expect(codes(settings) == (code.map { [$0] } ?? []), "\(settings)")
    }

    @Test(
        arguments: [
            ("[b, a, tie]", nil), ("[a, b, tie]", nil), ("[b, tie, a]", "swapped, a is b, and b is tie"),
            ("[b, a]", "swap.labels says of each of data.labels what it is then, each once"),
        ] as [(String, String?)])
    func textsThatAreSwappedTwiceAreAsTheyWere(_ labels: String, _ message: String?) {
        let text = base.replacing("[x, y]", with: "[a, b, tie]")
        let found: [Finding]
        do {
            found = try RecipeLoader(
                file: SourceFile(name: "r.yaml", text: text), folder: "/f",
                overrides: ["models.one.swap={texts: [prompt, answer], labels: \(labels)}"]
            ) { _ in true }.load().warnings
        } catch {
            found = error.all
        }
        #expect(found.map(\.message) == (message.map { [$0] } ?? []))
    }

    @Test(
        arguments: [
            ("A: {one} B: {two}", true), ("{one}{two}", false), ("{one} {two}", false), ("\\n{one}\\n{two}", true),
            ("\\n{one} {two}", false), ("[\"{one}\", \"{two}\"]", true), ("[\"{one} \", \"{two}\"]", true),
            ("{three}: {one} or {two}", true),
        ])
    func aTemplateSaysWhetherTwoTextsBeginAlike(_ template: String, _ alike: Bool) throws {
        let recipe = try RecipeLoader(
            file: SourceFile(
                name: "r.yaml",
                text: """
                    recipe: r
                    data:
                      train: t.csv
                      columns: {texts: {one: a, two: b, three: c}, label: l}
                      labels: [x, y]
                      template: \(template.hasPrefix("[") ? template : "\"\(template)\"")
                    folds: {kind: k-fold, count: 2}
                    models: {one: {backbone: org/one}}
                    """), folder: "/f"
        ) { _ in true }.load().recipe
        #expect(recipe.data.effectiveTemplate.begins(["one", "two"]) == alike)
    }

    @Test func aQuantileIsTheLengthThatSoManyTextsDoNotExceed() {
        let lengths = [30, 10, 20, 0]
        for (share, length) in [(0.01, 1), (0.25, 1), (0.26, 10), (0.5, 10), (0.75, 20), (0.76, 30), (1, 30)] {
            #expect(Lengths.length(at: share, of: lengths) == length, "\(share)")
        }
    }
}
