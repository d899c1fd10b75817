// The parts of an import: fold names, literals, seeds, and that what is left out of a recipe is what the engine does.
// Whole configs are imported with the command, in Tests/EndToEnd/test_import.py.

import Diagnostics
import Digests
import Nodes
import Recipes
import Testing

@testable import Imports

private func load(_ recipe: String) throws -> LoadedRecipe {
    try RecipeLoader(file: SourceFile(name: "r.yaml", text: recipe), folder: "/f") { _ in true }.load()
}

private func config(_ name: String, seed: String = "1", backbone: String = "org/one", _ more: String = "") -> SourceFile
{
    SourceFile(
        name: name,
        text: """
            experiment_name: \(name)
            llm_backbone: \(backbone)
            dataset: {train_dataframe: train.csv, prompt_column: text, answer_column: label, num_classes: 3}
            training: {loss_function: CrossEntropyLoss}
            environment: {seed: \(seed)}
            architecture: {backbone_dtype: bfloat16}
            \(more)
            """)
}

private func imported(_ files: [SourceFile]) throws -> RecipeImport { try RecipeImport(files, tool: .h2o) }

@Suite struct FoldNameTests {
    @Test(arguments: [
        ("data/train_fold_0.csv", 0, "data/train.csv"), ("train_fold12.csv", 12, "train.csv"),
        ("cv/fold3/train.csv", 3, "cv/train.csv"), ("fold-1/train.parquet", 1, "train.parquet"),
        ("split_2_train.csv", 2, "train.csv"), ("Train Fold 4.csv", 4, "Train.csv"),
        ("5fold/fold2.csv", 2, "5fold.csv"),
    ])
    func aFoldHasItsNumberInAName(_ path: String, _ number: Int, _ rest: String) throws {
        let fold = try #require(FoldName(in: path))
        #expect(fold.number == number && fold.rest == rest, "\(fold)")
    }

    @Test(arguments: ["train.csv", "train_2.csv", "scaffold.csv", "folded/train.csv", ""])
    func otherNamesHaveNone(_ path: String) { #expect(FoldName(in: path) == nil) }
}

@Suite struct LiteralTests {
    @Test(arguments: [
        (1e-4, "1.0e-4"), (3.5e-5, "3.5e-5"), (1.25e-10, "1.25e-10"), (0.05, "0.05"), (16, "16"), (0, "0"),
        (1.5, "1.5"),
        (-0.00025, "-2.5e-4"), (0.001, "0.001"), (1e300, "1e+300"),
    ])
    func aNumberReadsBackAsItself(_ value: Double, _ text: String) throws {
        #expect(Literal.number(value).yaml == text)
        #expect(Double(text) == value)
    }

    @Test(arguments: [
        "text", "org/name", "no", "007", "1_000", "a: b", "# x", "{prompt}", "~", "", "ä", "- a", "line\nbreak", "\"",
        "\\n", "12:30",
        "'", "a\u{85}b", "tab\t", "@a", "*a", "Q: {answer}\u{7}",
    ])
    func textReadsBackAsItself(_ text: String) throws {
        let file = SourceFile(name: "t", text: "k: \(Literal.text(text).yaml)\nl: [\(Literal.text(text).yaml)]\n")
        let scalar = try #require(try Document(parsing: file).root["k"]?.scalar)
        #expect(scalar.text == text && scalar.resolved == .text && scalar.ambiguity == nil)
        #expect(try Document(parsing: file).root["l"]?.elements?.first?.scalar?.text == text)
    }
}

@Suite struct MergingTests {
    @Test func whatIsLeftOutIsWhatTheEngineDoes() throws {
        let recipe = """
            recipe: r
            data: {train: t.csv, columns: {answer: a, label: l}, labels: [x, y]}
            folds: {kind: k-fold, count: 2}
            models: {m: {backbone: org/m}}
            """
        let model = try #require(try load(recipe).model(named: "m")).resolved
        var checked = 0
        for path in RecipePaths.model {
            guard let unwritten = path.unwritten else { continue }
            var value: JSON? = model
            for part in path.path.split(separator: ".") { value = value?[String(part)] }
            guard let value, value != .null else { continue }
            let text = value.string ?? value.bool.map { "\($0)" } ?? value.number.map { Literal.number($0).yaml }
            #expect(text == unwritten.yaml, "\(path.path)")
            checked += 1
        }
        #expect(checked >= 6)
    }

    @Test func seedsFoldsAndBackbonesBecomeOneRecipe() throws {
        let files = ["1", "2"].flatMap { seed in
            ["org/one", "org/two"].map { config("runs-\($0.suffix(3))-\(seed).yaml", seed: seed, backbone: $0) }
        }
        let text = try imported(files).recipe
        let recipe = try load(text.replacing("    head-input: lm-logits\n", with: "")).recipe
        #expect(recipe.name == "runs" && recipe.models.map(\.name) == ["one", "two"])
        #expect(recipe.models.allSatisfy { $0.value.effectiveSeeds == [1, 2] && $0.value.fit == [.full] })
        #expect(text.contains("  two: {like: one, backbone: org/two}\n"))
    }

    @Test(arguments: [
        (["-1", "-1", "-1"], "[1, 2, 3]"), (["-1", "1", "2"], "[1, 2, 3]"), (["4", "4"], "[4]"),
        (["9", "-1"], "[1, 9]"),
    ])
    func aRandomSeedIsOneThatIsFree(_ seeds: [String], _ list: String) throws {
        let text = try imported(seeds.enumerated().map { config("\($0.offset).yaml", seed: $0.element) }).recipe
        #expect(text.contains("    seeds: \(list)\n"))
        #expect(text.contains("seeds: the configs leave some to chance") == seeds.contains("-1"))
    }

    @Test func foldsWithSeedsOfTheirOwnAreSaid() throws {
        func fold(_ number: Int, _ seed: Int) -> SourceFile {
            let text = config("f\(number)-\(seed).yaml", seed: "\(seed)").text
            return SourceFile(
                name: "f\(number)-\(seed).yaml", text: text.replacing("train.csv", with: "train_fold\(number).csv"))
        }
        let even = try imported([fold(0, 1), fold(1, 2)]).recipe
        #expect(even.contains("seeds: [1]\n") && even.contains("each fold had seeds of its own"))
        let uneven = try imported([fold(0, 1), fold(0, 2), fold(1, 1)]).recipe
        #expect(uneven.contains("seeds: [1, 2]\n") && uneven.contains("makes 4 fine-tunes, and the configs had 3"))
        let gap = try imported([fold(0, 1), fold(3, 1)]).recipe
        #expect(gap.contains("count: 4}") && gap.contains("have 2 of 4 folds"))
    }

    @Test func aFlatConfigIsReadAsOneWithSections() throws {
        let flat = SourceFile(
            name: "f.yaml", text: "llm_backbone: a/b\nlora_r: 7\nnum_classes: 2\nloss_function: CrossEntropyLoss\n")
        let text = try imported([flat]).recipe
        #expect(text.contains("rank: 7") && text.contains("labels: [0, 1]"))
    }

    @Test func everyKeyIsInTheReportOnce() throws {
        let report = try imported([config("a.yaml", "zoo: {lion: 1, cats: [1, 2]}\nempty: {}")]).report
        let keys = report.json.array?.filter { $0["default"] == false }.compactMap { $0["key"]?.string } ?? []
        #expect(
            Set(keys).count == keys.count
                && Set(keys).isSuperset(of: ["zoo.lion", "zoo.cats", "empty", "llm_backbone"]))
        #expect(report.text.contains("! unknown         zoo.lion: 1"))
    }
}
