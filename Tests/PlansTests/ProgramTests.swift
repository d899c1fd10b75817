// The user's own trainer as a model: what it compiles to, what it has seen, and what of its recipe is refused.

import Diagnostics
import Digests
import Recipes
import Testing

@testable import Plans

private let command =
    "[python3, train.py, \"{seed}\", \"{settings.lr}\", \"{in.train}\", \"{in.valid}\", \"{out.oof}\", \"{in.test}\", \"{out.test}\"]"
private let text = """
    recipe: r
    data: {train: t.csv, test: e.csv, columns: {id: id, answer: a, label: l}, labels: [x, y]}
    folds: {kind: k-fold, count: 3}
    models:
      mine: {program: {command: \(command), settings: {lr: 1.0e-4}}, seeds: [1, 2]}
      words: {tfidf: {}}
    stack:
      both: {average: [mine, words]}
    ablations:
      rate: {hypothesis: h, of: mine, vary: {settings.lr: [1e-4, 0.5]}}
    submission: {from: both}
    """

private func load(_ overrides: [String] = [], files: [String: String] = [:], isThere: Bool = true) throws
    -> LoadedRecipe
{
    var surroundings = Surroundings { path in
        if path.hasSuffix(".py") { return isThere ? .file : nil }
        return path.hasSuffix(".csv") || path.hasSuffix(".cfg") ? .file : nil
    }
    surroundings.read = { path, name throws(Unreadable) in
        SourceFile(name: name, text: files[path.split(separator: "/").last.map(String.init) ?? ""] ?? "")
    }
    return try RecipeLoader(
        file: SourceFile(name: "r.yaml", text: text), folder: "/f", overrides: overrides, surroundings: surroundings
    ).load()
}

private func findings(_ overrides: [String], files: [String: String] = [:]) -> [String] {
    do {
        let loaded = try load(overrides, files: files)
        return Lineage(of: Plan(compiling: loaded), loaded: loaded).findings(loaded).map { "\($0.code) \($0.message)" }
    } catch {
        return ((error as? Findings)?.all ?? []).map { "\($0.code) \($0.message)" }
    }
}

private func program(_ words: String) -> [String] {
    ["models.mine.program.command=[python3, train.py, \"{seed}\", \"{settings.lr}\", \"{in.train}\", \(words)]"]
}
private let whole = "\"{in.valid}\", \"{out.oof}\", \"{in.test}\", \"{out.test}\""

@Suite struct ProgramTests {
    @Test func itIsOneStepForEachFoldAndSeedAndItsTablesAreMadeOnce() throws {
        let plan = Plan(compiling: try load())
        func addresses(_ kind: String) -> [String] { plan.steps.filter { $0.kind.rawValue == kind }.map(\.address) }
        #expect(addresses("part").sorted() == ["data/test/part"] + (0..<3).map { "folds/fold-\($0)/part" })
        let own = (1...2).flatMap { seed in (0..<3).map { "seed-\(seed)/fold-\($0)/program" } }
        // The variant that is as the model is has the model's own steps.
        #expect(
            addresses("program") == own.map { "mine/\($0)" } + own.map { "ablations/rate/settings.lr=0.5/\($0)" })
        let first = try #require(plan.index(of: "mine/seed-1/fold-0/program").map { plan.steps[$0] })
        #expect(Set(first.inputs.keys) == ["in.train", "in.valid", "in.test", "rows", "test-rows", "script:train.py"])
        #expect(first.parameters["settings"] == ["lr": 0.0001] && first.parameters["seed"] == 1)
        #expect(first.place(of: "settings.lr") == "r.yaml:5:160")
    }

    @Test func aCommandHasItsPlacesFilled() throws {
        let plan = Plan(compiling: try load(["models.mine.program.settings.lr=5e-5"]))
        let body = try #require(
            plan.steps.first { $0.address == "mine/seed-2/fold-1/program" }?.body as? ProgramStep)
        let places = body.places(inputs: ["in.train": "/i/in.train", "in.test": "/i/in.test"], outputs: "/o")
        #expect(places["in.train"] == "/i/in.train/train.csv" && places["in.test"] == "/i/in.test/test.csv")
        #expect(places["out.oof"] == "/o/oof" && places["seed"] == "2" && places["fold"] == "1")
        #expect(places["settings.lr"] == "5e-05")
    }

    @Test func whatItIsHandedIsAllThatItHasSeen() throws {
        let loaded = try load()
        let plan = Plan(compiling: loaded)
        let lineage = Lineage(of: plan, loaded: loaded)
        #expect(lineage.leaks.isEmpty && lineage.findings(loaded).isEmpty)
        let step = try #require(plan.index(of: "mine/seed-1/fold-1/program"))
        let others = Seen(direct: FoldSet([0, 2]))
        #expect(lineage.sights(ofStep: step) == ["oof": .rows([Seen(), others, Seen()]), "test": .whole(others)])
        // One that is handed no labels has seen none.
        let prompted = try load([
            "models.mine.program.command=[python3, ask.py, \"{seed}\", \"{settings.lr}\", \"{in.valid}\", \"{out.oof}\", \"{in.test}\", \"{out.test}\"]"
        ])
        let other = Plan(compiling: prompted)
        let sights = Lineage(of: other, loaded: prompted).sights(ofStep: other.index(of: "mine/seed-1/fold-1/program")!)
        #expect(sights["test"] == .whole(Seen()))
    }

    @Test(arguments: [
        (program("\(whole), t.csv"), true), (program("\(whole), --data=t.csv"), true),
        (program(whole) + ["models.mine.program.labels=in-sample"], true),
        (program(whole) + ["models.mine.program.files=[t.csv]"], true),
        (["models.mine.program.settings.lr=t.csv"], true),
        (program("\(whole), t.csv") + ["models.mine.program.labels=cross-fitted"], false),
        (program(whole), false),
    ])
    func oneThatReadsTheTrainingTableLeaksUnlessItSaysOtherwise(_ overrides: [String], _ leaks: Bool) {
        let found = findings(overrides)
        #expect(found.contains { $0.hasPrefix("label-leak \"mine\" is scored on rows") } == leaks, "\(found)")
    }

    @Test func aScriptThatSaysTheNameOfTheTableIsWorthAWord() {
        let found = findings([], files: ["train.py": "pandas.read_csv('t.csv')"])
        #expect(
            found.count == 1 && found[0].hasPrefix("may-read-labels \"mine\" may read the training table: train.py"))
        #expect(
            findings(["models.mine.program.labels=cross-fitted"], files: ["train.py": "read('t.csv')"]).isEmpty)
    }

    @Test(arguments: [
        (program("\"{in.valid}\", \"{in.test}\", \"{out.test}\""), "no argument of the command says {out.oof}"),
        (program("\"{out.oof}\", \"{in.test}\", \"{out.test}\""), "no argument of the command says {in.valid}"),
        (program("\"{in.valid}\", \"{out.oof}\", \"{out.test}\""), "says {in.test}, whose rows {out.test} is about"),
        (program("\"{in.valid}\", \"{out.oof}\", \"{in.test}\""), "says {out.test}, so that the test"),
        (program("\(whole), \"{in.tran}\""), "there is no table for a program \"tran\""),
        (program("\(whole), \"{settings.rate}\""), "there is no setting \"rate\""),
        (program("\(whole), \"{lr}\""), "nothing stands for {lr}"),
        (["models.mine.program.settings.size=3"], "no argument of the command says {settings.size}"),
        (
            ["models.mine.program.command=[a, \"{settings.lr}\", \"{in.valid}\", \"{out.oof}\"]"],
            "no argument of the command says {seed}"
        ),
        (program("\"{in.valid}\", \"{out.oof}\""), "the submission needs predictions of the test, and \"mine\""),
        (["models.mine.program.settings.lr=[1]"], "a setting (a text, a number, or true or false) belongs here"),
        (["models.mine.program.settings.lr=.inf"], "a finite number belongs here"),
        (["models.mine.lora={rank: 2}"], "\"lora\" means nothing to a program model"),
        (["models.mine.program.files=[none.txt]"], "there is no file \"none.txt\""),
    ])
    func whatWouldGoWrongIsSaidBefore(_ overrides: [String], _ words: String) throws {
        let found =
            words.hasPrefix("there is no file")
            ? try load(overrides).missing.map { "\($0.code) \($0.message)" } : findings(overrides)
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test(arguments: [
        ("stack.both={lightgbm: [words, mine]}", true), ("stack.both={optimize: mine, fitted-on: words}", true),
        ("stack.both={optimize: words, fitted-on: mine}", false),
    ])
    func aSubmissionNeedsTheTestOfWhatItIsMadeOfAlone(_ entry: String, _ isRefused: Bool) {
        let constraint = ["data.constraint=one-of-each", "data.columns.group=g", "folds.kind=group-k-fold"]
        let found = findings(program("\"{in.valid}\", \"{out.oof}\"") + constraint + [entry])
        #expect(found.contains { $0.contains("\"mine\" makes none") } == isRefused, "\(found)")
    }

    @Test func aStepThatReadsItsTestPredictionsNeedsThemToo() {
        let step = "steps={s: {command: [a, \"{in.x}\", \"{out.y}\"], inputs: {x: mine.test}, outputs: [y]}}"
        let found = findings(program("\"{in.valid}\", \"{out.oof}\"") + ["submission.from=words", step])
        #expect(found == ["missing-key this input needs predictions of the test, and \"mine\" makes none"])
    }

    @Test func aNumberIsTheSameHoweverItIsWritten() throws {
        let variants = try load(["models.mine.program.settings.lr=1.0", "ablations.rate.vary.settings.lr=[1, 2]"])
            .variants[0]
        #expect(variants.map(\.isAsModel) == [true, false])
    }
}
