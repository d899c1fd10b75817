// Tables of probabilities whose groups have gaps: every row needs a group.

import Host
import Testing

@testable import Steps

@Suite struct OptimizationTests {
    private func table(_ groups: [String]) throws -> ProbabilityCSV {
        let rows = groups.enumerated().map { "\($0),\($1),0.25,0.75,\(["a", "b"][$0 % 2])\n" }
        return try ProbabilityCSV(
            reading: Array(("id,g,p_a,p_b,y\n" + rows.joined()).utf8), name: "p.csv", columns: nil, label: "y",
            group: "g")
    }

    @Test func anEmptyGroupIsNamedWithItsRow() throws {
        let optimization = try CSVOptimization(method: "marginals", group: "g", counts: nil)
        let whole = try table(["1", "1", "2", "2"])
        let gaps = try table(["1", "", "2", ""])
        _ = try optimization.unfitted(whole)
        _ = try optimization.fitted(on: whole, label: "y", applyingTo: nil)
        let attempts: [() throws -> CSVOptimization.Outcome] = [
            { try optimization.unfitted(gaps) }, { try optimization.fitted(on: gaps, label: "y", applyingTo: nil) },
            { try optimization.fitted(on: whole, label: "y", applyingTo: gaps) },
        ]
        for attempt in attempts {
            let error = #expect(throws: AblateError.self) { try attempt() }
            #expect(error?.message.contains("p.csv, row 3, column g is empty, and 1 more are") == true, "\(error!)")
        }
    }
}
