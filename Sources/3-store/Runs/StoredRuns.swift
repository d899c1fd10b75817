// The documents of a store as values. Which of them is meant is the caller's question.

package import Storage

extension Store {
    /// The last document of a recipe that `isOwn` takes, with its number; nil if there is none. Errors: ``AblateError``.
    package func lastRunDocument(
        _ recipe: String, where isOwn: (RunDocument) -> Bool = { _ in true }
    ) throws -> (number: Int, document: RunDocument)? {
        try latestRun(recipe, as: RunDocument.init(reading:), where: isOwn)
    }

    /// The documents that are readable, newest first; of all of them, or of the last few.
    package func runDocuments(_ recipe: String, last count: Int = .max) throws -> [(number: Int, document: RunDocument)]
    {
        try numberedRuns(recipe, last: count).map { ($0.number, RunDocument(reading: $0.document)) }
    }

    package func runDocument(_ recipe: String, number: Int) throws -> RunDocument? {
        try run(recipe, number: number).map { RunDocument(reading: $0) }
    }

    /// What runs that go on say of themselves, and those that ended without a word and have had no successor.
    package func liveStates() throws -> [(state: LiveState, isAlive: Bool)] {
        try liveRuns().map { (LiveState(reading: $0.document), $0.isAlive) }
    }
}
