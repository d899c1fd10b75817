// The steps of the stack entries that are learners, and the features they read.

internal import Nodes
internal import Recipes

extension LightGBM: Planned {}
extension LogisticRegression: Planned {}
extension RidgeRegression: Planned {}
extension SimplexWeights: Planned {}

extension LearnerEntry {
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions {
        guard var step = step(fold: nil, at: place, in: &compiler) else { return Predictions() }
        var tests: [String: Artifact<Content.Predictions>] = [:]
        for name in members { tests[name] = compiler.predictions(named: name).test }
        let hasTest = withTest && tests.count == members.count
        if hasTest { step.test = test(tests, at: place, in: &compiler) }
        let made = compiler.builder.add(step, at: "\(place.address)/stack", origins: origins(place.tree))
        return Predictions(outOfFold: made.outOfFold, test: hasTest ? made.test : nil)
    }

    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? {
        guard var step = step(fold: fold, at: place, in: &compiler),
            let tests = compiler.tests(of: members, withoutFold: fold)
        else { return nil }
        step.test = test(tests, at: place, in: &compiler)
        return compiler.builder.add(
            step, at: "\(place.address)/fold-\(fold)/stack", origins: origins(place.tree)
        ).test
    }

    /// The step without what it reads of the test; nil where a member says nothing out-of-fold.
    private func step(fold: Int?, at place: Place, in compiler: inout Compiler) -> StackStep? {
        let (rows, folds) = (compiler.rows(of: .train), compiler.folds())
        var outOfFold: [String: Artifact<Content.Predictions>] = [:]
        for name in members { outOfFold[name] = compiler.predictions(named: name).outOfFold }
        guard outOfFold.count == members.count, !members.isEmpty else { return nil }
        return StackStep(
            learner: learner, settings: settings, seeds: seeds, fit: test, target: compiler.target, fold: fold,
            groupStatistics: features.contains(.groupStatistics), rows: rows, folds: folds, members: outOfFold,
            features: features(at: place, of: .train, in: &compiler), test: nil)
    }

    private func test(
        _ members: [String: Artifact<Content.Predictions>], at place: Place, in compiler: inout Compiler
    ) -> StackStep.Test {
        StackStep.Test(
            rows: compiler.rows(of: .test), members: members, features: features(at: place, of: .test, in: &compiler))
    }

    private func origins(_ tree: Node?) -> [String: Node?] {
        [
            "learner": tree?[learner.rawValue], "settings": tree?["settings"] ?? tree, "seeds": tree?["seeds"] ?? tree,
            "test": tree?["test"] ?? tree, "group-statistics": tree?["features"] ?? tree,
        ]
    }

    /// Numbers about each row's texts, for a learner that reads some.
    private func features(
        at place: Place, of role: IngestStep.Role, in compiler: inout Compiler
    ) -> Artifact<Content.Features>? {
        guard readsTexts else { return nil }
        let (texts, rows) = (compiler.texts(of: role), compiler.rows(of: role))
        let reference = features.contains(.tfidf) ? compiler.texts(of: .train) : nil
        let tokens = features.contains(.length) ? compiler.tokens(ofMembers: members, role) : nil
        let extra = features.contains(.extra) ? compiler.extra(of: role) : nil
        let extraReference = features.contains(.extra) ? compiler.extra(of: .train) : nil
        var others: [String: Artifact<Content.Features>] = [:]
        for name in annotations { others[name] = compiler.annotation(name, of: role) }
        for name in extractors { others[name] = compiler.extraction(name, of: role)?.features }
        return compiler.builder.add(
            FeaturesStep(
                features: features, texts: texts, rows: rows, reference: reference, tokens: tokens, extra: extra,
                extraReference: extraReference, others: others),
            at: "\(place.address)/features-\(role.rawValue)", origins: ["features": place.tree?["features"]]
        ).features
    }
}

extension Compiler {
    /// The tokens of the first model that has some among an entry's members and what these are made of.
    fileprivate mutating func tokens(ofMembers names: [String], _ role: IngestStep.Role) -> Artifact<Content.Tokens>? {
        for name in names {
            let place = TokensOf(base: name, role: role)
            if let known = tokensOfMembers[place] {
                if let known { return known }
                continue
            }
            var found: Artifact<Content.Tokens>?
            if let model = self.names.models[name] {
                if case .fineTune(let model) = model {
                    let reading = model.reading(at: Place(address: name, tree: nodes.models[name]), in: self)
                    found = tokens(reading, of: role).tokens
                }
            } else {
                found = tokens(ofMembers: self.names.stack[name]?.members ?? [], role)
            }
            tokensOfMembers[place] = .some(found)
            if let found { return found }
        }
        return nil
    }
}
