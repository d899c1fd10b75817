// The steps of a stack entry: average, learner or optimization, and what a teacher needs of them fold by fold.

internal import Nodes
internal import Recipes

extension Compiler {
    /// The predictions of a stack entry with its steps under `address`. `withTest`: whether test rows are predicted too.
    mutating func predictions(of entry: StackEntry, at address: String, tree: Node?, withTest: Bool) -> Predictions {
        if let members = entry.average {
            guard entry.isPlainAverage else {
                return weightedAverage(entry, members, at: address, tree: tree, withTest: withTest)
            }
            return average(members, at: address, tree: tree?["average"], withTest: withTest)
        }
        if let (learner, members) = entry.learner {
            return stacked(learner, members, entry, at: address, tree: tree, withTest: withTest)
        }
        guard let target = entry.optimize else { return Predictions() }
        return optimized(target, entry, at: address, tree: tree, withTest: withTest)
    }

    private mutating func average(_ members: [String], at address: String, tree: Node?, withTest: Bool) -> Predictions {
        let parts = members.map { ($0, predictions(named: $0)) }
        func whole(
            _ path: KeyPath<Predictions, Artifact<Content.Predictions>?>
        ) -> [String: Artifact<Content.Predictions>]? {
            let inputs = parts.compactMap { name, part in part[keyPath: path].map { (name, $0) } }
            guard inputs.count == parts.count else { return nil }
            return Dictionary(inputs, uniquingKeysWith: { first, _ in first })
        }
        var result = Predictions()
        if let inputs = whole(\.outOfFold) {
            result.outOfFold = average(inputs, cover: inputs.count, at: "\(address)/average-oof", tree: tree)
        }
        if withTest, let inputs = whole(\.test) {
            result.test = average(inputs, cover: inputs.count, at: "\(address)/average-test", tree: tree)
        }
        return result
    }

    // MARK: - Learners

    private mutating func stacked(
        _ learner: Learner, _ members: [String], _ entry: StackEntry, at address: String, tree: Node?, withTest: Bool
    ) -> Predictions {
        guard var step = learning(learner, members, entry, fold: nil, at: address, tree: tree) else {
            return Predictions()
        }
        var tests: [String: Artifact<Content.Predictions>] = [:]
        for name in members { tests[name] = predictions(named: name).test }
        let hasTest = withTest && tests.count == members.count
        if hasTest { step.test = self.test(tests, entry, at: address, tree: tree) }
        let made = builder.add(step, at: "\(address)/stack", origins: learnerOrigins(learner, tree))
        return Predictions(outOfFold: made.outOfFold, test: hasTest ? made.test : nil)
    }

    /// A learner without what it reads of the test; nil where a member says nothing out-of-fold.
    private mutating func learning(
        _ learner: Learner, _ members: [String], _ entry: StackEntry, fold: Int?, at address: String, tree: Node?
    ) -> StackStep? {
        let (rows, folds) = (rows(of: .train), folds())
        var outOfFold: [String: Artifact<Content.Predictions>] = [:]
        for name in members { outOfFold[name] = predictions(named: name).outOfFold }
        guard outOfFold.count == members.count, !members.isEmpty else { return nil }
        return StackStep(
            learner: learner, settings: entry.settings, seeds: entry.seeds, fit: entry.test, classes: classes,
            fold: fold, groupStatistics: entry.features.contains(.groupStatistics), rows: rows, folds: folds,
            members: outOfFold, features: features(entry, at: address, tree: tree, of: .train), test: nil)
    }

    private mutating func test(
        _ members: [String: Artifact<Content.Predictions>], _ entry: StackEntry, at address: String, tree: Node?
    ) -> StackStep.Test {
        StackStep.Test(
            rows: rows(of: .test), members: members, features: features(entry, at: address, tree: tree, of: .test))
    }

    private func learnerOrigins(_ learner: Learner, _ tree: Node?) -> [String: Node?] {
        [
            "learner": tree?[learner.rawValue], "settings": tree?["settings"] ?? tree, "seeds": tree?["seeds"] ?? tree,
            "test": tree?["test"] ?? tree, "group-statistics": tree?["features"] ?? tree,
        ]
    }

    /// Numbers about each row's texts, for a learner that reads some.
    private mutating func features(
        _ entry: StackEntry, at address: String, tree: Node?, of role: IngestStep.Role
    ) -> Artifact<Content.Features>? {
        guard entry.readsTexts else { return nil }
        let (texts, rows) = (texts(of: role), rows(of: role))
        let reference = entry.features.contains(.tfidf) ? self.texts(of: .train) : nil
        let tokens = entry.features.contains(.length) ? tokens(ofMembers: entry.members, role) : nil
        var others: [String: Artifact<Content.Features>] = [:]
        for name in entry.annotations { others[name] = annotation(name, of: role) }
        for name in entry.extractors { others[name] = extraction(name, of: role)?.features }
        return builder.add(
            FeaturesStep(
                features: entry.features, texts: texts, rows: rows, reference: reference, tokens: tokens,
                others: others),
            at: "\(address)/features-\(role.rawValue)", origins: ["features": tree?["features"]]
        ).features
    }

    /// The tokens of the first model that has some among an entry's members and what these are made of.
    private mutating func tokens(ofMembers names: [String], _ role: IngestStep.Role) -> Artifact<Content.Tokens>? {
        for name in names {
            let place = TokensOf(base: name, role: role)
            if let known = tokensOfMembers[place] {
                if let known { return known }
                continue
            }
            var found: Artifact<Content.Tokens>?
            if let model = self.names.models[name] {
                if model.tfidf == nil {
                    let part = ModelPart(
                        model, at: name, tree: nodes.models[name], teacher: nil, data: loaded.tree["data"])
                    found = tokens(part, of: role).tokens
                }
            } else {
                found = tokens(ofMembers: self.names.stack[name]?.members ?? [], role)
            }
            tokensOfMembers[place] = .some(found)
            if let found { return found }
        }
        return nil
    }

    // MARK: - Optimizing

    private mutating func optimized(
        _ target: String, _ entry: StackEntry, at address: String, tree: Node?, withTest: Bool
    ) -> Predictions {
        guard let fitted = fitted(target, entry, at: address, tree: tree) else { return Predictions() }
        var result = Predictions(outOfFold: fitted.predictions)
        if withTest, let test = predictions(named: target).test {
            result.test = optimize(
                test, entry, fitted.coefficients, fold: nil, at: "\(address)/optimize-test", tree: tree)
        }
        return result
    }

    /// Coefficients fitted on out-of-fold predictions, and these predictions with them; nil where there are none.
    private mutating func fitted(
        _ target: String, _ entry: StackEntry, at address: String, tree: Node?
    ) -> OptimizeStep.Outputs? {
        let source = predictions(named: target)
        guard let fittedOn = predictions(named: entry.fittedOn ?? target).outOfFold else { return nil }
        // Where the target has no out-of-fold predictions, the score is that of what the temperature is fitted on.
        return builder.add(
            OptimizeStep(
                method: entry.method, classes: classes, counts: entry.counts, fold: nil,
                predictions: source.outOfFold ?? fittedOn, rows: rows(of: .train),
                fitting: .here(on: fittedOn, folds: folds())),
            at: "\(address)/optimize-oof", origins: ["method": tree?["method"] ?? tree, "counts": tree?["counts"]])
    }

    /// Test predictions with the coefficients that were fitted on all folds, or without one of them.
    private mutating func optimize(
        _ test: Artifact<Content.Predictions>, _ entry: StackEntry, _ fitted: Artifact<Content.Coefficients>,
        fold: Int?, at address: String, tree: Node?
    ) -> Artifact<Content.Predictions> {
        builder.add(
            OptimizeStep(
                method: entry.method, classes: classes, counts: entry.counts, fold: fold, predictions: test,
                rows: rows(of: .test), fitting: .there(fitted)),
            at: address, origins: ["method": tree?["method"] ?? tree, "counts": tree?["counts"]]
        ).predictions
    }

    // MARK: - Without one fold

    /// What an entry says about the test rows when nothing in it has seen the labels of `fold`.
    mutating func testPredictions(
        of entry: StackEntry, at address: String, tree: Node?, withoutFold fold: Int
    ) -> Artifact<Content.Predictions>? {
        let place = "\(address)/fold-\(fold)"
        func whole(_ members: [String]) -> [String: Artifact<Content.Predictions>]? {
            var tests: [String: Artifact<Content.Predictions>] = [:]
            for name in members { tests[name] = testPredictions(named: name, withoutFold: fold) }
            return tests.count == members.count ? tests : nil
        }
        if let members = entry.average {
            guard let tests = whole(members) else { return nil }
            guard entry.isPlainAverage else {
                return weightedTest(entry, members, tests, fold: fold, at: address, tree: tree)
            }
            return average(tests, cover: tests.count, at: "\(place)/average-test", tree: tree?["average"])
        }
        if let (learner, members) = entry.learner {
            guard var step = learning(learner, members, entry, fold: fold, at: address, tree: tree),
                let tests = whole(members)
            else { return nil }
            step.test = test(tests, entry, at: address, tree: tree)
            return builder.add(step, at: "\(place)/stack", origins: learnerOrigins(learner, tree)).test
        }
        guard let target = entry.optimize, let test = testPredictions(named: target, withoutFold: fold),
            let fitted = fitted(target, entry, at: address, tree: tree)?.coefficients
        else { return nil }
        return optimize(test, entry, fitted, fold: fold, at: "\(place)/optimize-test", tree: tree)
    }
}
