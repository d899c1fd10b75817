// What a document may cost to read. Enforced while events are consumed, before anything is built from them.

/// Bounds on a YAML document; generous for a person, small for an attack.
package struct Limit: Sendable {
    /// Bytes of text.
    package var bytes = 4 << 20
    /// Nesting of collections, through aliases too.
    package var depth = 64
    /// Nodes in the tree once aliases are expanded.
    package var nodes = 500_000
    /// `%TAG` lines: libyaml compares each with all before it.
    package var directives = 64
    /// Findings reported before reading stops.
    package var findings = 100
    package init() {}
}
