// The DAG of steps a recipe compiles to. Static: nothing that a step finds out changes it.

/// A plan. Steps come after the steps they depend on.
package struct Plan: Sendable {
    package let steps: [Step]
    /// What the recipe calls a result, and the steps that make it, in the order of the recipe.
    package let results: [PlannedResult]
    /// The step that writes the submission, if there is one.
    package let submission: Int?

    private let addresses: [String: Int]

    init(steps: [Step], results: [PlannedResult], submission: Int?) {
        self.steps = steps
        self.results = results
        self.submission = submission
        addresses = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.address, $0) })
    }

    package func index(of address: String) -> Int? { addresses[address] }

    /// The steps whose address matches a glob: `*` stands for any text within a part, `**` for any parts.
    package func steps(matching globs: [String]) -> Set<Int> {
        let globs = globs.map(Glob.init)
        return Set(steps.indices.filter { index in globs.contains { $0.matches(steps[index].address) } })
    }

    /// The steps that make the results which `isIncluded` takes.
    package func steps(of isIncluded: (PlannedResult.Role) -> Bool) -> Set<Int> {
        Set(
            results.filter { isIncluded($0.role) }
                .flatMap { [$0.outOfFold, $0.test, $0.evaluate].compactMap { $0 } + $0.fits })
    }

    /// Some steps with all they depend on.
    package func closure(of chosen: Set<Int>) -> Set<Int> {
        var found = chosen
        var waiting = Array(chosen)
        while let index = waiting.popLast() {
            for source in steps[index].inputs.values {
                if let dependency = source.step, found.insert(dependency).inserted { waiting.append(dependency) }
            }
        }
        return found
    }
}

/// A model, a stack entry, a custom step or an ablation's variant, with the steps that make its predictions and scores.
package struct PlannedResult: Sendable {
    package enum Role: Sendable, Equatable {
        case model(String)
        case stack(String)
        /// A custom step that says something of the training rows out of fold.
        case step(String)
        case variant(ablation: String, name: String)
    }
    package let role: Role
    /// Steps with an output `predictions` for the training rows and the test rows.
    package let outOfFold: Int?
    package let test: Int?
    package let evaluate: Int?
    /// The fine-tunes or fits it is made of.
    package let fits: [Int]

    /// `openhermes`, or `rank: lora.rank=8` for a variant.
    package var name: String {
        switch role {
        case .model(let name), .stack(let name), .step(let name): name
        case .variant(let ablation, let name): "\(ablation): \(name)"
        }
    }
}
