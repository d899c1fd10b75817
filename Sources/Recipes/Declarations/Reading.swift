// What reading a tree has found wrong so far. Knows nothing of single keys.

package import Diagnostics
package import Nodes

/// The findings gathered while a tree is read, so that one run reports all of them.
package struct Reading: Sendable {
    package private(set) var findings: [Finding] = []
    /// Code, message and place of each finding.
    private var known: Set<[String]> = []

    package init() {}

    /// Adds a finding, unless it is there: a value that several variants take over is wrong once.
    package mutating func report(_ finding: Finding) {
        let identity = [finding.code, finding.message, finding.span?.description ?? ""]
        if known.insert(identity).inserted { findings.append(finding) }
    }

    /// "`rank` takes a whole number, and this is a list".
    package mutating func wrongType(_ node: Node, wanted: String, help: String? = nil, fix: Finding.Fix? = nil) {
        var notes: [Finding.Note] = []
        if let origin = node.origin.first { notes.append(.init("this value comes from \(origin)")) }
        report(
            Finding(
                "wrong-type", "\(wanted) belongs here, and this is \(node.noun)", at: node.span, notes: notes,
                help: help, fix: fix))
    }
}
