// What a recipe's text alone decides is decided once: by the digest of all that it says, in whichever file.

import Diagnostics
import Digests
import Recipes
import Synchronization
import Testing

@Suite struct ProvenTextTests {
    private static let sound = """
        recipe: r
        include: [more.yaml]
        data: {train: t.csv, columns: {answer: a, label: l, group: g}, labels: [x, y]}
        folds: {kind: group-k-fold, count: 2}
        models: {words: {tfidf: {}}}
        """

    private func loader(
        _ text: String = sound, more: String = "stack: {mean: {average: [words]}}", overrides: [String] = []
    ) -> RecipeLoader {
        var surroundings = Surroundings { _ in .file }
        surroundings.read = { _, name in SourceFile(name: name, text: more) }
        return RecipeLoader(
            file: SourceFile(name: "r.yaml", text: text), folder: "/f", overrides: overrides, surroundings: surroundings
        )
    }

    @Test func everythingThatARecipeSaysIsInTheDigest() throws {
        let texts = try [
            loader(), loader(Self.sound + "\n# a remark"), loader(more: "stack: {other: {average: [words]}}"),
            loader(overrides: ["folds.count=3"]),
        ].map { try $0.load().texts }
        #expect(Set(texts).count == texts.count)
        #expect(try loader().load().texts == texts[0])
    }

    @Test func onlyTextsThatAreKnownAreTakenAsProven() throws {
        let known = try loader().load().texts
        func load(_ loader: RecipeLoader) throws -> LoadedRecipe {
            var loader = loader
            loader.isProven = { $0 == known }
            return try loader.load()
        }
        #expect(try load(loader()).isProven)
        #expect(try !load(loader(overrides: ["folds.count=3"])).isProven)
        // A word that no rule knows, in each of the three places that a recipe is read from.
        for wrong in [
            loader(Self.sound.replacing("words: {tfidf", with: "other: {tfidf")),
            loader(more: "stack: {mean: {average: [nobody]}}"), loader(overrides: ["stack.mean.average=[nobody]"]),
        ] {
            #expect(throws: Findings.self) { try load(wrong) }
        }
    }

    /// Rules that ask about the world are asked about a proven text, too.
    @Test func filesAreLookedAtEachTime() throws {
        var proven = loader()
        proven.isProven = { _ in true }
        #expect(try proven.load().missing.isEmpty)
        proven.surroundings = Surroundings { $0.hasSuffix("t.csv") ? nil : .file }
        proven.surroundings.read = { _, name in
            SourceFile(name: name, text: "stack: {mean: {average: [words]}}")
        }
        #expect(try proven.load().missing.map(\.rule) == [.missingFile])
    }
}
