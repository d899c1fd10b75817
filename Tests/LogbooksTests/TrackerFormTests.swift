// What experiment trackers are told.

import Scores
import Testing

@testable import Logbooks

@Suite struct TrackerFormTests {
    /// MLflow takes letters, digits and `_-. :/` in the name of a metric.
    @Test func aTrackingServerTakesTheNameOfEveryMetric() {
        let names = (Metrics.all.map(\.name) + Metrics.families.map(\.example)).map(TrackerForm.name)
        #expect(
            names.allSatisfy { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-. :/".contains($0)) } })
        #expect(Set(names).count == names.count && names.contains("log_loss") && names.contains("map_at_3"))
    }
}
