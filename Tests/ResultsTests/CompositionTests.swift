// What entries are made of, from what their steps report.

import Digests
import Formats
import Testing

@testable import Results

@Suite struct CompositionTests {
    private func learner(_ importances: JSON) throws -> Composition? {
        let report: JSON = ["learner": "lightgbm", "importances": importances]
        return try Composition.learner("top", JSONDocument(report, name: "report.json"))
    }

    @Test func sharesAreTheSameToTheLastBitWhateverTheOrderOfColumns() throws {
        // Each 1 is lost beside the first number, and not where they are added up before it.
        var columns = Dictionary(uniqueKeysWithValues: (10..<40).map { ("column-\($0)", JSON.number(1)) })
        columns["column-0"] = .number(1e16)
        let found = try #require(try learner(["shap": .object(columns)]))
        #expect(found.parts[0].name == "column-0" && found.parts[0].value == 1)
        #expect(found.parts.count == 10 && found.rest == 21)
    }

    @Test func contributionsAreAskedForBeforeCoefficients() throws {
        func measure(_ importances: JSON) throws -> Composition.Measure? { try learner(importances)?.measure }
        let (one, none): (JSON, JSON) = (["a": 1, "b": -3], ["a": 0])
        #expect(try measure(["shap": one, "coefficient": one]) == .shareOfSHAP)
        #expect(try measure(["shap": none, "coefficient": one]) == .shareOfCoefficients)
        #expect(try measure(["gain": one]) == nil)
        #expect(try learner(["coefficient": one])?.parts.map(\.value) == [0.75, 0.25])
    }
}
