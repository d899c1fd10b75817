// The steps of a stack entry: average, learner or optimization, and what a teacher needs of them fold by fold.

internal import Digests
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
        func whole(_ path: KeyPath<Predictions, Source?>) -> [String: Source]? {
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
        var inputs = learnerInputs(members, entry, at: address, tree: tree)
        guard inputs.keys.contains(where: { $0.hasPrefix("oof.") }) else { return Predictions() }
        let tests = members.map { ($0, predictions(named: $0).test) }
        let hasTest = withTest && tests.allSatisfy { $0.1 != nil }
        if hasTest {
            for (name, test) in tests { inputs["test.\(name)"] = test }
            addTestInputs(to: &inputs, entry, at: address, tree: tree)
        }
        let step = builder.step(
            "\(address)/stack", .stack, learnerParameters(learner, entry), inputs: inputs,
            origins: learnerOrigins(learner, tree))
        return Predictions(
            outOfFold: .output(step: step, name: "oof"),
            test: hasTest ? .output(step: step, name: "test") : nil)
    }

    private mutating func learnerInputs(_ members: [String], _ entry: StackEntry, at address: String, tree: Node?)
        -> [String: Source]
    {
        var inputs: [String: Source] = ["rows": rows(train: true), "folds": folds()]
        for name in members {
            guard let outOfFold = predictions(named: name).outOfFold else { return [:] }
            inputs["oof.\(name)"] = outOfFold
        }
        if entry.readsTexts { inputs["features-train"] = features(entry, at: address, tree: tree, train: true) }
        return inputs
    }

    private mutating func addTestInputs(
        to inputs: inout [String: Source], _ entry: StackEntry, at address: String, tree: Node?
    ) {
        inputs["rows-test"] = rows(train: false)
        if entry.readsTexts { inputs["features-test"] = features(entry, at: address, tree: tree, train: false) }
    }

    private func learnerParameters(_ learner: Learner, _ entry: StackEntry) -> [String: JSON] {
        [
            "learner": .string(learner.rawValue), "settings": entry.settings.parameters(of: learner),
            "seeds": .array(entry.seeds.map { .integer($0) }), "test": .string(entry.test.rawValue),
            "classes": classes, "fold": .null,
            "group-statistics": .bool(entry.features.contains(.groupStatistics)),
        ]
    }

    private func learnerOrigins(_ learner: Learner, _ tree: Node?) -> [String: Node?] {
        [
            "learner": tree?[learner.rawValue], "settings": tree?["settings"] ?? tree, "seeds": tree?["seeds"] ?? tree,
            "test": tree?["test"] ?? tree, "group-statistics": tree?["features"] ?? tree,
        ]
    }

    /// Numbers about each row's texts. They read no label.
    private mutating func features(_ entry: StackEntry, at address: String, tree: Node?, train: Bool) -> Source {
        var inputs = ["texts": texts(train: train), "rows": rows(train: train)]
        if entry.features.contains(.tfidf) { inputs["reference"] = texts(train: true) }
        if entry.features.contains(.length), let tokens = tokens(ofMembers: entry.members, train: train) {
            inputs["tokens"] = tokens
        }
        for name in entry.annotations { inputs["features.\(name)"] = annotation(name, train: train) }
        for name in entry.extractors { inputs["features.\(name)"] = extraction(name, train: train) }
        let step = builder.step(
            "\(address)/features-\(train ? "train" : "test")", .features,
            ["features": .array(entry.features.map { .string($0.rawValue) })], inputs: inputs,
            origins: ["features": tree?["features"]])
        return .output(step: step, name: "features")
    }

    /// The tokens of the first model that has some among an entry's members and what these are made of.
    private mutating func tokens(ofMembers names: [String], train: Bool) -> Source? {
        for name in names {
            let place = TokensOf(base: name, train: train)
            if let known = tokensOfMembers[place] {
                if let known { return known }
                continue
            }
            var found: Source?
            if let model = self.names.models[name] {
                if model.tfidf == nil {
                    let part = ModelPart(
                        model, at: name, tree: nodes.models[name], teacher: nil, data: loaded.tree["data"])
                    found = tokens(part, train: train)
                }
            } else {
                found = tokens(ofMembers: self.names.stack[name]?.members ?? [], train: train)
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
        let source = predictions(named: target)
        guard let fittedOn = predictions(named: entry.fittedOn ?? target).outOfFold else { return Predictions() }
        // Where the target has no out-of-fold predictions, the score is that of what the temperature is fitted on.
        let outOfFold = builder.step(
            "\(address)/optimize-oof", .optimize, method(entry, fold: nil),
            inputs: [
                "fitted-on": fittedOn, "predictions": source.outOfFold ?? fittedOn, "rows": rows(train: true),
                "folds": folds(),
            ], origins: ["method": tree?["method"] ?? tree, "counts": tree?["counts"]])
        var result = Predictions(outOfFold: .output(step: outOfFold, name: "predictions"))
        if withTest, let test = source.test {
            result.test = optimize(
                test, entry, fitted: outOfFold, fold: nil, at: "\(address)/optimize-test", tree: tree)
        }
        return result
    }

    /// Test predictions with the parameter that was fitted on all folds, or without one of them.
    private mutating func optimize(
        _ test: Source, _ entry: StackEntry, fitted: Int, fold: Int?, at address: String, tree: Node?
    ) -> Source {
        let step = builder.step(
            address, .optimize, method(entry, fold: fold),
            inputs: [
                "parameters": .output(step: fitted, name: "parameters"), "predictions": test,
                "rows": rows(train: false),
            ], origins: ["method": tree?["method"] ?? tree, "counts": tree?["counts"]])
        return .output(step: step, name: "predictions")
    }

    private func method(_ entry: StackEntry, fold: Int?) -> [String: JSON] {
        var parameters: [String: JSON] = ["method": .string(entry.method.rawValue), "classes": classes]
        if let counts = entry.counts { parameters["counts"] = .array(counts.map { .integer($0) }) }
        if let fold { parameters["fold"] = .integer(fold) }
        return parameters
    }

    // MARK: - Without one fold

    /// What an entry says about the test rows when nothing in it has seen the labels of `fold`.
    mutating func testPredictions(
        of entry: StackEntry, at address: String, tree: Node?, withoutFold fold: Int
    ) -> Source? {
        if let members = entry.average {
            var inputs: [String: Source] = [:]
            for name in members { inputs[name] = testPredictions(named: name, withoutFold: fold) }
            guard inputs.count == members.count else { return nil }
            guard entry.isPlainAverage else {
                return weightedTest(entry, members, inputs, fold: fold, at: address, tree: tree)
            }
            return average(
                inputs, cover: inputs.count, at: "\(address)/fold-\(fold)/average-test", tree: tree?["average"])
        }
        if let (learner, members) = entry.learner {
            var inputs = learnerInputs(members, entry, at: address, tree: tree)
            for name in members { inputs["test.\(name)"] = testPredictions(named: name, withoutFold: fold) }
            addTestInputs(to: &inputs, entry, at: address, tree: tree)
            var parameters = learnerParameters(learner, entry)
            parameters["fold"] = .integer(fold)
            let step = builder.step(
                "\(address)/fold-\(fold)/stack", .stack, parameters, inputs: inputs,
                origins: learnerOrigins(learner, tree))
            return .output(step: step, name: "test")
        }
        guard let target = entry.optimize, let test = testPredictions(named: target, withoutFold: fold),
            let fitted = optimized(target, entry, at: address, tree: tree, withTest: false).outOfFold?.step
        else { return nil }
        return optimize(
            test, entry, fitted: fitted, fold: fold, at: "\(address)/fold-\(fold)/optimize-test", tree: tree)
    }
}
