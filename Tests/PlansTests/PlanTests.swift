// What a recipe compiles to.

import Targets
import Diagnostics
import Digests
import Nodes
import Testing

@testable import Plans
@testable import Recipes

/// The design's reference recipe, without stacking.
private let reference = """
    recipe: predict-the-llm
    data:
      train: data/train.csv
      test: data/test.csv
      columns: {id: id, prompt: Question, answer: Response, label: target, group: Question}
      labels: [0, 1, 2, 3, 4, 5, 6]
      constraint: one-of-each
      template: "Question: {prompt}; Answer: {answer}"
    folds: {kind: stratified-group-k-fold, count: 5, seed: 42}
    models:
      openhermes:
        backbone: teknium/OpenHermes-2-Mistral-7B
        quantization: nf4
        lora: {rank: 4, alpha: 16, dropout: 0.05, targets: all-linear}
        lengths: {prompt: 256, answer: 768, keep: head}
        training: {epochs: 5, batch: 16, learning-rate: 1.0e-4, head-learning-rate: 1.0e-5, schedule: cosine}
        seeds: [1, 2, 3]
        fit: [folds, full]
      openorca: {like: openhermes, backbone: Open-Orca/Mistral-7B-OpenOrca, fit: [full]}
      mistral: {like: openhermes, backbone: mistralai/Mistral-7B-Instruct-v0.1, fit: [full]}
    stack:
      blend: {average: [openhermes, openorca, mistral]}
      final: {optimize: blend, fitted-on: openhermes, method: marginals}
    ablations:
      rank:
        hypothesis: Is LoRA rank 8 better than 4?
        of: openhermes
        vary: {lora.rank: [4, 8]}
        with: {training.epochs: 3, fit: [folds], seeds: [1]}
        smallest-effect: 0.01
    submission: {from: final, path: submission.csv, sample: data/sample_submission.csv}
    """

private func load(_ text: String, _ overrides: [String] = []) throws -> LoadedRecipe {
    try RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/nowhere", overrides: overrides) { _ in
        false
    }.load()
}

private func plan(_ text: String, _ overrides: [String] = []) throws -> Plan {
    Plan(compiling: try load(text, overrides))
}

/// Two files that a command names, and whose names are equal as `String`s.
@Test func filesOfOneNameInTwoFormsAreTwoInputs() throws {
    let (one, two) = ("\u{e9}.txt", "e\u{301}.txt")
    func inputs(_ command: String) throws -> [String: Source] {
        let text = reference.replacing(
            "ablations:",
            with: "steps:\n  s: {command: [cat, \(command), \"{out.o}\"], outputs: [o]}\nablations:")
        let loaded = try RecipeLoader(
            file: SourceFile(name: "r.yaml", text: text), folder: "/f",
            surroundings: Surroundings { $0.hasSuffix(".txt") || $0.hasSuffix(".csv") ? .file : nil }
        ).load()
        let plan = Plan(compiling: loaded)
        let index = try #require(plan.index(of: "s/command"))
        return plan.steps[index].inputs
    }
    let both = try inputs("\(one), \(two)")
    let paths = both.values.compactMap { if case .file(let path, _) = $0 { ExactText(path) } else { nil } }
    #expect(Set(paths) == [ExactText("/f/\(one)"), ExactText("/f/\(two)")])
    #expect(try inputs(one).keys.map(ExactText.init) == [ExactText("script:\(one)")], "as it always was")
    #expect(Source.file(path: one, name: "") != .file(path: two, name: ""))
}

@Test func aParameterInAnotherFormIsADifference() {
    func manifest(_ template: String) -> Manifest {
        Manifest(kind: .fit, parameters: ["template": .string(template), "settings": [template: 1]], inputs: [:])
    }
    let differences = ManifestDifference.all(from: manifest("\u{e9}"), to: manifest("e\u{301}"))
    #expect(
        differences == [
            .parameter(path: "settings", old: ["\u{e9}": 1], new: ["e\u{301}": 1]),
            .parameter(path: "template", old: "\u{e9}", new: "e\u{301}"),
        ])
}

/// The work of a plan, without addresses: what two plans may share.
private func work(_ plan: Plan, _ kind: StepKind) -> Set<JSON> {
    Set(plan.steps.filter { $0.kind == kind }.map(\.parameters))
}

@Suite struct PlanTests {
    @Test func theReferenceRecipeIsTwentyFourFineTunesAndTenForTheAblation() throws {
        let plan = try plan(reference)
        let base = plan.closure(
            of: plan.steps { role in if case .variant = role { false } else { true } })
        #expect(base.count { plan.steps[$0].kind == .finetune } == 24)
        #expect(plan.steps.count { $0.kind == .finetune } == 34)
    }

    @Test func nothingIsPlannedTwiceAndAddressesAreUnique() throws {
        struct Work: Hashable {
            let kind: StepKind
            let parameters: JSON
            let inputs: [String: Source]
        }
        let plan = try plan(reference)
        #expect(Set(plan.steps.map(\.address)).count == plan.steps.count)
        #expect(
            Set(plan.steps.map { Work(kind: $0.kind, parameters: $0.parameters, inputs: $0.inputs) }).count
                == plan.steps.count)
        for (index, step) in plan.steps.enumerated() { #expect(step.dependencies.allSatisfy { $0 < index }) }
    }

    @Test func someFoldsAloneAreTrainedFor() throws {
        let plan = try plan(reference, ["ablations.rank.with={fit: {folds: [0, 3]}, seeds: [1]}"])
        let own = plan.steps.filter { $0.address.hasPrefix("ablations/rank/lora.rank=8") }
        #expect(
            own.filter { $0.kind == .finetune }.map { String($0.address.suffix(15)) } == [
                "fold-0/finetune", "fold-3/finetune",
            ])
        let evaluate = try #require(own.first { $0.kind == .evaluate })
        #expect(evaluate.parameters["folds"] == [0, 3] && evaluate.parameters["metrics"] == nil)
        #expect(own.first { $0.kind == .average }?.parameters["partial"] == true)
        // The baseline's arm is the model's own work on these folds.
        #expect(plan.steps.count { $0.kind == .finetune } == 26)
    }

    @Test func rowsAreDealtAsOftenAsTheRecipeSays() throws {
        let once = try plan(reference)
        let twice = try plan(reference, ["folds.repeats=2"])
        #expect(work(twice, .finetune).isSuperset(of: work(once, .finetune)))
        let splits = twice.steps.filter { $0.kind == .split }
        #expect(splits.map(\.address) == ["folds/split", "folds/split-1"])
        #expect(splits.map { $0.parameters["seed"] } == [42, 43])
        let average = try #require(twice.steps.first { $0.address == "openhermes/average-oof" })
        #expect(average.parameters["cover"] == 6 && average.inputs.count == 30)
        #expect(average.inputs.keys.contains("seed-2.repeat-1/fold-4"))
        let evaluate = try #require(twice.steps.first { $0.address == "openhermes/evaluate" })
        #expect(
            evaluate.inputs["folds.1"] == .output(step: try #require(twice.index(of: "folds/split-1")), name: "folds"))
        // What is fitted on the mean of all is scored by the first folds alone.
        #expect(twice.steps.first { $0.address == "final/evaluate" }?.inputs["folds.1"] == nil)
    }

    @Test func testPredictionsComeFromTheFullFitsWhereThereAreAny() throws {
        let plan = try plan(reference)
        let average = plan.steps.first { $0.address == "openhermes/average-test" }
        #expect(average.map { Set($0.inputs.keys) } == ["seed-1/full", "seed-2/full", "seed-3/full"])
    }

    @Test func aVariantLikeTheModelIsTheModelsOwnWork() throws {
        let other = try plan(reference, ["ablations.rank.with={fit: [folds], seeds: [1]}"])
        #expect(other.steps.count { $0.kind == .finetune } == 29)
    }

    @Test func otherLengthsTokenizeNothingAnewAndOtherTemplatesDo() throws {
        let plan = try plan(reference)
        #expect(work(plan, .tokenize) == work(try self.plan(lengths: 1_024), .tokenize))
        #expect(work(plan, .finetune).isDisjoint(with: work(try self.plan(lengths: 1_024), .finetune)))
        let template = try load(reference.replacing("Question: {prompt}", with: "Q: {prompt}"))
        #expect(work(Plan(compiling: template), .tokenize).isDisjoint(with: work(plan, .tokenize)))
    }

    private func plan(lengths: Int) throws -> Plan {
        try plan(reference, ["models.openhermes.lengths.answer=\(lengths)"])
    }

    private func plan(_ text: String, _ overrides: [String] = []) throws -> Plan {
        Plan(compiling: try load(text, overrides))
    }

    @Test func aStepKnowsTheLineOfItsParameters() throws {
        let plan = try plan(reference)
        let step = try #require(plan.steps.first { $0.address == "openorca/seed-1/full/finetune" })
        #expect(step.place(of: "lora.rank") == "r.yaml:14:18")
        #expect(step.origin(of: "lora.rank")?.origin == ["like: openhermes"])
        let set = try self.plan(reference, ["models.openhermes.lora.rank=9"])
        #expect(
            set.steps.first { $0.address == "mistral/seed-1/full/finetune" }?.place(of: "lora.rank") == "--set:1:29")
    }

    /// A frozen format: if this fails, every key of every store has changed.
    @Test func keysAreFrozen() throws {
        let manifest = Manifest(kind: .average, parameters: ["cover": 2], inputs: ["a": Digest(of: "a")])
        #expect(manifest.key.description == "c0e00faeac9ebfa74931820b511b1600769fc50583013c3d41c751ace94a94b7")
        #expect(try Manifest(reading: manifest.json) == manifest)
    }

    @Test func differencesAreNamedByTheirPath() {
        let old = Manifest(
            kind: .finetune, parameters: ["lora": ["rank": 4, "alpha": 8.0]], inputs: ["t": Digest(of: "1")])
        let new = Manifest(
            kind: .finetune, parameters: ["lora": ["rank": 8, "alpha": 8.0]], inputs: ["t": Digest(of: "2")])
        #expect(ManifestDifference.first(from: old, to: new) == .parameter(path: "lora.rank", old: 4, new: 8))
        let input = Manifest(kind: .finetune, parameters: old.parameters, inputs: ["t": Digest(of: "2")])
        #expect(ManifestDifference.first(from: old, to: input) == .input(name: "t"))
        #expect(ManifestDifference.first(from: old, to: old) == nil)
        #expect(ManifestDifference.all(from: old, to: old).isEmpty)
        #expect(
            ManifestDifference.all(from: old, to: new)
                == [.parameter(path: "lora.rank", old: 4, new: 8), .input(name: "t")])
    }

    @Test(arguments: [
        ("tiny/*/fold-0/finetune", true), ("tiny/**", true), ("tiny", true), ("**/finetune", true),
        ("tiny/seed-?/fold-0", true),
        ("tiny/seed-1/*", true), ("tin/**", false), ("*/finetune", false), ("tiny/seed-1/fold-1", false),
        ("**/fold-*0/**", true),
    ])
    func globsMatchPartsOfAddresses(_ glob: String, _ matches: Bool) {
        #expect(Glob(glob).matches("tiny/seed-1/fold-0/finetune") == matches)
    }

    @Test func whatDiffersInASettingOrAnInputAloneHasAnAddressOfItsOwn() {
        var builder = PlanBuilder()
        func step(_ count: Int, _ word: String, _ inputs: [String: Source] = [:]) -> Int {
            let body = CommandStep(
                name: "x", command: [word], outputs: [], target: .classes(count), inputs: inputs,
                resources: CommandResources(StepResources()), labels: nil, tables: [:])
            return builder.add(body, at: "x/fit").step
        }
        let input = ["i": Source.file(path: "/a", name: "a")]
        let steps = [
            step(1, "text"), step(2, "text"), step(2, "a text/"), step(1, "text", input), step(2, "text", input),
            step(1, "text"),
        ]
        #expect(
            steps.map { builder.steps[$0].address } == [
                "x/fit", "x/fit/classes=2", "x/fit/classes=2,command=__a_text___", "x/fit/2", "x/fit/classes=2/2",
                "x/fit",
            ])
    }
}
