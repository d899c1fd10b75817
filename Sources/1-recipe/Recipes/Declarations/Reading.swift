// What reading a tree has found wrong so far. Knows nothing of single keys.

package import Diagnostics
package import Nodes

/// The findings gathered while a tree is read, so that one run reports all of them.
package struct Reading: Sendable {
    package private(set) var findings: [Finding] = []
    /// What makes two findings the same, for each of ``findings``.
    private var known: Set<Identity> = []
    private var hasErrors = false

    private struct Identity: Hashable {
        let code: String
        let message: String
        let start: Position?
        let file: String?
    }

    package init() {}

    /// Beyond that nobody reads on, and each costs an excerpt and a search for what was meant.
    package var isFull: Bool { findings.count >= 200 }
    /// Whether an error would still be added: one is never lost behind warnings.
    package var takesErrors: Bool { !isFull || !hasErrors }

    /// How many names may still be held against a misspelt one. A search looks at all names there are, and a long recipe that is
    /// wrong everywhere would ask for as many searches as it has names.
    package private(set) var comparisons = 100_000

    /// The nearest of these names; nil where none is near, and where too many were looked at before.
    package mutating func nearest(to word: String, among names: [String]) -> String? {
        guard names.count <= comparisons else { return nil }
        comparisons -= names.count
        return Spelling.nearest(to: word, among: names)
    }

    /// Adds a finding, unless it is there: a value that several variants take over is wrong once.
    package mutating func report(_ finding: Finding) {
        guard !isFull || finding.severity == .error && takesErrors else { return }
        let identity = Identity(
            code: finding.code, message: finding.message, start: finding.span?.start, file: finding.span?.file.name)
        guard known.insert(identity).inserted else { return }
        findings.append(finding)
        if finding.severity == .error { hasErrors = true }
    }

    /// "`rank` takes a whole number, and this is a list".
    package mutating func wrongType(_ node: Node, wanted: String, help: String? = nil, fix: Finding.Fix? = nil) {
        var notes: [Finding.Note] = []
        if let origin = node.origin.first { notes.append(.init("this value comes from \(origin)")) }
        report(
            Finding(
                .wrongType, "\(wanted) belongs here, and this is \(node.noun)", at: node.span, notes: notes,
                help: help, fix: fix))
    }
}
