// Inheritance, overrides and origins. Single mistakes and their places are tested with the command, in Tests/EndToEnd.

import Diagnostics
import Digests
import Nodes
import Recipes
import Testing

private let base = """
    recipe: r
    data: {train: t.csv, columns: {answer: a, label: l, group: g}, labels: [x, y]}
    folds: {kind: group-k-fold, count: 2}
    models:
      one: {backbone: org/one, lora: {rank: 4, alpha: 9}, seeds: [1, 2]}
      two: {like: one, lora: {rank: 8}}
      three: {like: two, backbone: org/three, lora: off}
    """

private func load(_ text: String = base, _ overrides: [String] = []) throws -> LoadedRecipe {
    try RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f", overrides: overrides) { _ in true }
        .load()
}

private func codes(_ text: String, _ overrides: [String] = []) -> [String] {
    do {
        return try load(text, overrides).warnings.map(\.code)
    } catch {
        return (error as? Findings)?.all.inTextOrder.map { "\($0.code) \($0.span.map(\.description) ?? "")" } ?? [
            "\(error)"
        ]
    }
}

@Suite struct RecipeTests {
    @Test(arguments: ["t5", "gemma3_text", "gpt2"])
    func aBackboneIsOfAFamilyThatCanBeFineTuned(_ name: String) {
        var surroundings = Surroundings { _ in .something }
        surroundings.family = { _ in BackboneFamily(name, isPair: name == "t5") }
        let loader = RecipeLoader(
            file: SourceFile(name: "r.yaml", text: base), folder: "/f", surroundings: surroundings)
        do {
            let warnings = try loader.load().warnings.filter { $0.code == "unproven-family" }
            #expect(name != "t5" && warnings.count == (name == "gpt2" ? 2 : 0))
            #expect(warnings.allSatisfy { $0.message.contains("rows are padded") })
        } catch {
            let all = error.all.filter { $0.code == "unknown-family" }
            #expect(all.count == 2 && all[0].help?.contains("modernbert") == true)
            #expect(all.allSatisfy { $0.message.contains("\"t5\"") })
        }
    }

    @Test func namesAreSoughtForAsLongAsOneReadsOn() {
        let names = (0..<3_000).map { "s\($0)" }
        var reading = Reading()
        #expect(reading.nearest(to: "s12x", among: names) != nil)
        #expect(reading.comparisons == 97_000)
        for _ in 0..<1_000 { _ = reading.nearest(to: "t17", among: names) }
        #expect(reading.comparisons == 1_000 && reading.nearest(to: "s12x", among: names) == nil)
        #expect(reading.nearest(to: "s12x", among: Array(names[..<100])) != nil)
    }

    @Test func aLongStackThatIsWrongEverywhereHasAsManyFindingsAsAShortOne() {
        func text(_ count: Int) -> String {
            base + "\nstack:\n" + (0..<count).map { "  s\($0): {average: [s\($0 + 1)]}\n" }.joined()
        }
        #expect(codes(text(3_000)).count == codes(text(300)).count)
    }

    @Test func likeMergesKeyByKeyAlongAChain() throws {
        let loaded = try load()
        let two = try #require(loaded.model(named: "two"))
        #expect(
            two.resolved["lora"]?["rank"] == 8 && two.resolved["lora"]?["alpha"] == 9.0 && two.effectiveSeeds == [1, 2])
        let three = try #require(loaded.model(named: "three")?.fineTune)
        #expect(
            three.adaptation == .full && three.seeds == [1, 2]
                && three.backbone == .hub(repository: "org/three", revision: nil))
    }

    @Test func everyValueKnowsWhereItCameFrom() throws {
        let tree = try load(base, ["models.one.lora.alpha=3"]).tree
        let two = tree["models"]?["two"]
        #expect(two?["lora"]?["rank"]?.span.description == "r.yaml:6:33")
        #expect(two?["lora"]?["rank"]?.origin == [])
        #expect(two?["lora"]?["alpha"]?.origin == ["--set", "like: one"])
        #expect(tree["models"]?["three"]?["seeds"]?.origin == ["like: one", "like: two"])
    }

    @Test(arguments: [
        ("two: {like: one,", "two: {like: oen,", "dangling-name r.yaml:6:15"),
        ("two: {like: one,", "two: {like: three,", "like-cycle r.yaml:7:17"),
        ("backbone: org/one,", "backbone: org/one, tfidf: {},", "conflicting-keys r.yaml:5:28"),
        ("backbone: org/one,", "backbone: one,", "bad-value r.yaml:5:19"),
        ("labels: [x, y]", "labels: [x]", "out-of-range r.yaml:2:72"),
        ("group-k-fold", "stratified-kfold", "unknown-value r.yaml:3:15"),
        ("group: g", "grp: g", "unknown-key r.yaml:2:53"),
    ])
    func aMistakeIsFoundAtItsPlace(_ old: String, _ new: String, _ finding: String) {
        #expect(codes(base.replacing(old, with: new)).contains(finding), "\(codes(base.replacing(old, with: new)))")
    }

    @Test(arguments: [
        ("models.one.lora.rank", "bad-override --set:1:1"), ("models.one.lora.rank=x", "wrong-type --set:1:22"),
        ("models.one.lora.rnak=3", "unknown-key --set:1:22"), ("=3", "bad-override --set:1:1"),
        ("a..b=3", "bad-override --set:1:1"),
        ("models.one.seeds=[", "malformed-yaml --set:2:1"),
    ])
    func aMistakeInAnOverrideIsFoundInTheArgument(_ argument: String, _ finding: String) {
        #expect(codes(base, [argument]) == [finding])
    }

    @Test func aMistakeThatOthersInheritIsReportedOnce() {
        #expect(codes(base.replacing("alpha: 9", with: "alpha: none")) == ["wrong-type r.yaml:5:51"])
    }

    @Test func labelsAreTextWhateverTheyLookLike() throws {
        #expect(
            try load(base.replacing("[x, y]", with: "[0, \"no\", 1.5x]")).recipe.data.labels == ["0", "no", "1.5x"])
        #expect(codes(base.replacing("[x, y]", with: "[0, no]")) == ["ambiguous-scalar r.yaml:2:76"])
        #expect(try load(base.replacing("[x, y]", with: "[True, false]")).recipe.data.labels == ["true", "false"])
        #expect(codes(base.replacing("[x, y]", with: "[null, 1.5]")).count == 2)
        #expect(codes(base.replacing("[x, y]", with: "[true, \"true\"]")).count == 1)
    }

    @Test func templatesEscapeBraces() throws {
        let text = base.replacing("labels:", with: "template: \"{{{answer}}}\", labels:")
        #expect(try load(text).recipe.data.effectiveTemplate.pieces == [.text("{"), .place("answer"), .text("}")])
        #expect(try load(text).recipe.data.effectiveTemplate.sources == ["{{{answer}}}"])
    }
}

@Suite struct SettingPathTests {
    @Test(arguments: [
        ("models.one.lora.rank", ["models", "one", "lora", "rank"]),
        (#"models."qwen2.5".lora"#, ["models", "qwen2.5", "lora"]), (#""a\"b\\c""#, [#"a"b\c"#]),
        (#"a."b=c""#, ["a", "b=c"]),
    ])
    func aPathReadsBackAsItself(_ text: String, _ parts: [String]) throws {
        #expect(SettingPath(text)?.parts == parts)
        #expect(SettingPath(SettingPath(parts).text)?.parts == parts)
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", #""a"#, #""a"b"#, #"""#, #""a\"#, String(repeating: "a.", count: 100_000) + "a",
    ])
    func whatIsNoPathIsNone(_ text: String) { #expect(SettingPath(text) == nil) }

    @Test func theLongestNameThatIsThereCounts() throws {
        let tree = try Document(
            parsing: SourceFile(name: "t", text: "m: {a: {b.c: 1}, a.b: {c: 2}, a.b.c: {d: 3}}")
        ).root
        #expect(SettingPath("m.a.b.c.d", in: tree)?.parts == ["m", "a.b.c", "d"])
        #expect(SettingPath("m.a.b.x", in: tree)?.parts == ["m", "a.b", "x"])
        #expect(SettingPath(#"m."a".b.c"#, in: tree)?.parts == ["m", "a", "b.c"])
        #expect(SettingPath("m.new.b", in: tree)?.parts == ["m", "new", "b"])
    }

    @Test func theEqualsSignOutsideOfQuotesEndsAPath() throws {
        let argument = #"steps."a=b".command=["x=y"]"#
        let end = try #require(SettingPath.end(of: argument))
        #expect(argument[..<end] == #"steps."a=b".command"#)
        #expect(SettingPath.end(of: "a.b") == nil && SettingPath.end(of: #"a."b=c"#) == nil)
    }
}
