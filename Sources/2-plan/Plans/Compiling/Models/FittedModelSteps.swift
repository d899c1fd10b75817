// The steps of a model that is fitted, whatever it is: per seed and fold a fit and its predictions, and their averages.

internal import Nodes
internal import Recipes
internal import Targets

/// A model of the recipe that is fitted on the rows of all folds but one, or on all rows, for each of its seeds.
protocol FittedModel: ModelSection, Planned {
    associatedtype Part: FittedPart
    func part(at place: Place, in compiler: Compiler) -> Part
}

/// A fitted model as its steps need it, worked out once for all its seeds and folds.
protocol FittedPart {
    var model: any ModelSection { get }
    var place: Place { get }
    var teacher: Teacher? { get }

    /// The step that fits it without a fold, or on all rows.
    func fit(seed: Int?, fold: FoldPlace?, in compiler: inout Compiler) -> Artifact<Content.Model>
    /// The step that predicts rows of a table, of all folds or of one.
    func predict(
        _ fit: Artifact<Content.Model>, of role: IngestStep.Role, fold: Int?, folds: Artifact<Content.Folds>?,
        at address: String, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>
}

/// A fold, and where rows are dealt several times, which of them it is of.
struct FoldPlace {
    let fold: Int
    var number = 0
}

/// One of the models that a model of the recipe is made of, for a seed and a fold.
enum FittedMember {
    /// `seed-1/fold-2`, `seed-1/repeat-1/fold-2`, `seed-1/full`, or `fold-2` for a model without seeds.
    static func name(_ seed: Int?, _ fold: FoldPlace?) -> String {
        let place = fold.map { ($0.number == 0 ? "" : "repeat-\($0.number)/") + "fold-\($0.fold)" }
        return (seed.map { "seed-\($0)/" } ?? "") + (place ?? "full")
    }

    static func name(_ seed: Int?, _ fold: Int) -> String { name(seed, FoldPlace(fold: fold)) }
}

extension FittedPart {
    func address(_ seed: Int?, _ fold: FoldPlace?) -> String {
        "\(place.address)/\(FittedMember.name(seed, fold))"
    }

    /// The rows of the test that a model of a fold is trained on, too, with what `texts` gives of them.
    func pseudoLabelled<Texts>(
        fold: FoldPlace?, in compiler: inout Compiler, _ texts: (inout Compiler) -> Artifact<Texts>
    ) -> PseudoLabelled<Texts>? {
        guard let fold, let teacher, let labels = compiler.pseudoLabels(teacher, fold: fold.fold) else { return nil }
        return PseudoLabelled(labels: labels, folds: compiler.testFolds(), texts: texts(&compiler))
    }
}

extension FittedModel {
    /// Test predictions come from the models fitted on all rows where the recipe asks for these, else from the fold models. With
    /// pseudo-labels, the test is folded, too, and the model of a fold predicts only the test rows of its own.
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions {
        let part = part(at: place, in: compiler)
        let hasTest = withTest && compiler.recipe.data.test != nil
        var fits = FittedModels()
        for seed in effectiveSeeds {
            for number in 0..<compiler.recipe.folds.repeats {
                for fold in fit.folds(of: compiler.recipe.folds.count) {
                    let place = FoldPlace(fold: fold, number: number)
                    compiler.add(part, seed: seed, fold: place, withTest: hasTest, to: &fits)
                }
            }
            if fit.contains(.full) { compiler.add(part, seed: seed, fold: nil, withTest: hasTest, to: &fits) }
        }
        let seeds = effectiveSeeds.count
        var result = Predictions()
        (result.members, result.fits, result.folds) = (fits.outOfFold, fits.steps, fit.folds)
        if !fits.outOfFold.isEmpty {
            result.outOfFold = compiler.average(
                fits.outOfFold, cover: seeds * compiler.recipe.folds.repeats,
                isPartial: fit.folds != nil || compiler.recipe.mayLeaveRowsOut,
                at: "\(place.address)/average-oof")
        }
        let members = fits.fullTest.isEmpty ? fits.test : fits.fullTest
        if !members.isEmpty {
            let cover = part.teacher == nil ? members.count : seeds
            result.test = compiler.average(members, cover: cover, at: "\(place.address)/average-test")
        }
        return result
    }

    /// Those of the models of all seeds that never saw the labels of the fold.
    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? {
        let part = part(at: place, in: compiler)
        var members: [String: Artifact<Content.Predictions>] = [:]
        for seed in effectiveSeeds {
            let place = FoldPlace(fold: fold)
            let fit = part.fit(seed: seed, fold: place, in: &compiler)
            members[FittedMember.name(seed, place)] = compiler.predict(part, fit, seed: seed, fold: place, on: .test)
        }
        return compiler.average(members, cover: members.count, at: "\(place.address)/fold-\(fold)/average-test")
    }
}

/// What the models of all seeds and folds predict.
private struct FittedModels {
    var steps: [Int] = []
    var outOfFold: [String: Artifact<Content.Predictions>] = [:]
    /// By the models of folds, and by those of all rows.
    var test: [String: Artifact<Content.Predictions>] = [:]
    var fullTest: [String: Artifact<Content.Predictions>] = [:]
}

/// Which rows a fitted model predicts: its fold of train, all of test, or its fold of test.
private enum Rows { case train, test, testFold }

extension Compiler {
    fileprivate mutating func add(
        _ part: some FittedPart, seed: Int?, fold: FoldPlace?, withTest: Bool, to fits: inout FittedModels
    ) {
        let fit = part.fit(seed: seed, fold: fold, in: &self)
        if let step = fit.step { fits.steps.append(step) }
        let member = FittedMember.name(seed, fold)
        if let fold {
            // Where rows are dealt several times, what each time gives is told apart as seeds are.
            let name = EvaluateStep.name(seed: seed, repeat: fold.number) + "/fold-\(fold.fold)"
            let place = recipe.folds.repeats > 1 ? name : member
            fits.outOfFold[place] = predict(part, fit, seed: seed, fold: fold, on: .train)
        }
        guard withTest else { return }
        if part.teacher != nil {
            fits.test[member] = predict(part, fit, seed: seed, fold: fold, on: .testFold)
        } else if fold == nil {
            fits.fullTest[member] = predict(part, fit, seed: seed, fold: fold, on: .test)
        } else if !part.model.fit.contains(.full) {
            fits.test[member] = predict(part, fit, seed: seed, fold: fold, on: .test)
        }
    }

    fileprivate mutating func predict(
        _ part: some FittedPart, _ fit: Artifact<Content.Model>, seed: Int?, fold: FoldPlace?, on rows: Rows
    ) -> Artifact<Content.Predictions> {
        let folds = rows == .train ? self.folds(repeat: fold?.number ?? 0) : rows == .testFold ? testFolds() : nil
        let verb = rows == .train ? "predict-oof" : rows == .test ? "predict-test" : "predict-test-fold"
        return part.predict(
            fit, of: rows == .train ? .train : .test, fold: rows == .test ? nil : fold?.fold, folds: folds,
            at: "\(part.address(seed, fold))/\(verb)", in: &self)
    }

    /// The mean of some predictions, of which `cover` say something about each row, or where `isPartial` about each that is there.
    mutating func average(
        _ members: [String: Artifact<Content.Predictions>], cover: Int, isPartial: Bool = false, at address: String,
        tree: Node? = nil
    ) -> Artifact<Content.Predictions> {
        builder.add(
            AverageStep(form: .plain(cover: cover, isPartial: isPartial), target: target, members: members),
            at: address,
            origins: ["cover": tree]
        ).predictions
    }

    /// The rows of a table, for what predicts one of each group; nil where each row stands by itself.
    mutating func groups(of role: IngestStep.Role) -> Artifact<Content.Rows>? {
        target.form == .shares ? rows(of: role) : nil
    }

    /// The template of a model, and its place.
    func template(_ template: Template?) -> Template { template ?? recipe.data.effectiveTemplate }

    /// The places of the parameters of a model's steps: those of its keys of these names, and of what the data say.
    func origins(_ names: [String], at place: Place) -> [String: Node?] {
        let (tree, data) = (place.tree, loaded.tree["data"])
        var origins: [String: Node?] = [:]
        for name in names {
            let nearest: Node? = tree?[name] ?? tree
            origins[name] = nearest
        }
        let classes: Node? = data?["labels"] ?? data?["columns"]
        origins["classes"] = classes
        origins["target"] = data?["target"]
        let template: Node? = tree?["template"] ?? data?["template"]
        origins["template"] = template
        return origins
    }
}
