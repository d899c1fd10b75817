// What a run could not write at its end: better said before it begins. Reading a recipe needs none of it.

package import Diagnostics
internal import Nodes

extension FindingRule {
    package static let notWritable = FindingRule(
        "not-writable", .names, "A run could not write its submission or its logbook where they belong.",
        "Better said before hours of training than after them.")
}

struct WritableChecks {
    let recipe: Recipe
    let tree: Node

    /// - Parameter isWritable: whether a file could be written at a path from the recipe's folder.
    func report(isWritable: (String) -> Bool, _ reading: inout Reading) {
        let submission = (recipe.submission?.path).flatMap { isWritable($0) ? nil : "the submission \($0)" }
        let logbook = isWritable("logbook/index.html") ? nil : "the folder logbook"
        let all = [submission, logbook].compactMap { $0 }
        guard !all.isEmpty else { return }
        let place = tree.value(at: ["submission", "path"]) ?? tree["submission"] ?? tree
        reading.report(
            Finding(
                .notWritable, "a run cannot write \(all.joined(separator: " and ")): the place is read-only",
                at: place.span, severity: .warning,
                help:
                    "copy the recipe to a folder of your own, with absolute paths to its tables, or name a place for the submission with --set submission.path=PATH"
            ))
    }
}
