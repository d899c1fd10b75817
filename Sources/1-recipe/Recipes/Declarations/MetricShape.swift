// The shape of a metric's name. Knows no metric in particular.

internal import Scores

extension ValueShape where Value == String {
    /// The name of one of ``Metrics``.
    package static var metric: Self {
        word(
            Metrics.all.map(\.name),
            families: Metrics.families.map { family in
                (form: family.form, pattern: family.pattern, has: { family.metric(named: $0) != nil })
            })
    }
}
