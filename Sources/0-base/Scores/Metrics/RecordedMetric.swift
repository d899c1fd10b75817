// A metric whose values are worked out elsewhere, such as by a competition's own file. Knows its name and its direction.

package import Targets

/// A metric of which there are values and no arithmetic: over rows it has none of its own.
package struct RecordedMetric: Metric, Hashable {
    package let name: String
    package let direction: MetricDirection

    package init(_ name: String, direction: MetricDirection) { (self.name, self.direction) = (name, direction) }

    package var title: String { name }
    package var unit: String { "points" }
    package var reads: Set<RowColumn> { [] }
    package var kinds: Set<Target.Kind> { Set(Target.Kind.allCases) }

    package func value(over rows: ScoredRows, weights: [Double]?) -> Double { .nan }

    package func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore { Nothing() }

    private struct Nothing: ResampledScore {
        var work: Int { 0 }
        func value(_ counts: [Double]) -> Double { .nan }
    }
}
