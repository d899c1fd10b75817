// Mappings that are one of several things: which keys they have, what means nothing, and what is said of both.

import Diagnostics
import Digests
import Nodes
import Testing

@testable import Recipes

@Suite struct AlternativeTests {
    private func read<Value>(_ declaration: Declaration<Value>, _ text: String) throws -> (Value?, [String], Node) {
        let node = try Document(parsing: SourceFile(name: "t", text: text)).root
        var reading = Reading()
        let value = declaration.shape.decode(node, &reading)
        return (value, reading.findings.map(\.code), node)
    }

    @Test func theKeyThatIsThereSaysWhatItIs() throws {
        for text in ["fit: [full]\ntfidf: {ngrams: [1, 3]}\n", "tfidf: {ngrams: [1, 3]}\nfit: [full]\n"] {
            let (value, codes, _) = try read(Model.declaration, text)
            guard case .tfidf(let model)? = value else {
                Issue.record("\(text) is no baseline")
                continue
            }
            #expect(codes.isEmpty && model.tfidf.ngrams == [1, 3] && model.fit == [.full])
        }
        let (entry, codes, _) = try read(StackEntry.declaration, "seeds: [7]\nlightgbm: [a, b]\n")
        let learner = try #require(entry?.learner)
        #expect(codes.isEmpty && learner.learner == .lightgbm && learner.members == ["a", "b"] && learner.seeds == [7])
    }

    @Test func whatMeansNothingIsFoundAndReadAllTheSame() throws {
        let (value, codes, node) = try read(Model.declaration, "tfidf: {}\nlora: {rank: 8}\nlike: other\n")
        #expect(value?.tfidf != nil && codes.isEmpty)
        let found = try #require(Model.declaration.meaningless(in: node))
        #expect(found.alternative == "tfidf" && found.keys.map(\.key) == ["lora"])
        // A value that is wrong is wrong, whether it means something or not.
        #expect(try read(Model.declaration, "tfidf: {}\nlora: {rank: none}\n").1 == ["wrong-type"])
        #expect(try read(StackEntry.declaration, "average: [a]\ncounts: []\n").1.count == 1)
    }

    @Test func exactlyOneIsChosen() throws {
        #expect(try read(StackEntry.declaration, "average: [a]\noptimize: a\n").1 == ["conflicting-keys"])
        #expect(try read(StackEntry.declaration, "mean: rank\n").1 == ["missing-key"])
        #expect(try read(Model.declaration, "fit: [full]\n").0 == nil)
    }

    @Test func everySettingOfEveryKindIsResolved() throws {
        let (value, _, _) = try read(Model.declaration, "tfidf: {}\n")
        let resolved = try #require(value?.resolved)
        #expect(resolved["tfidf"]?["min-count"] == 1 && resolved["backbone"] == nil && resolved["pooling"] == "last")
        #expect(Set(Model.declaration.keys.map(\.name)).count == Model.declaration.keys.count)
    }
}
