// Which records were made with other libraries than are installed now.

import Digests
import Forecasts
import Plans
import Storage
import TestProjects
import Testing

@Suite struct LibraryDriftTests {
    private func record(_ kind: StepKind, _ versions: JSON) throws -> Record {
        let project = try MemoryProject()
        let plan = try project.plan()
        let step = try #require(plan.steps.first { $0.kind == kind })
        let manifest = Manifest(kind: kind, parameters: step.parameters, inputs: [:])
        return try project.publish(manifest, of: step, environment: ["versions": versions])
    }

    @Test func anotherVersionIsAChangeWhateverTheSpelling() throws {
        let drift = try #require(LibraryDrift(installed: ["scikit-learn": "1.7", "numpy": "2.3"]))
        let record = try record(.fit, ["Scikit_Learn": "1.6", "numpy": "2.3", "gone": "1"])
        #expect(drift.changes(of: record).map(\.library) == ["Scikit_Learn", "gone"])
        #expect(drift.changes(of: record).map(\.installed) == ["1.7", nil])
        #expect(!drift.isCurrent(record))
    }

    @Test func stepsWithoutLibrariesAreAlwaysCurrent() throws {
        let drift = try #require(LibraryDrift(installed: ["numpy": "2.3"]))
        #expect(drift.isCurrent(try record(.evaluate, ["numpy": "1.0"])))
    }

    @Test func whereNothingIsInstalledNothingIsKnown() {
        #expect(LibraryDrift(installed: [:]) == nil)
    }
}
