// From configs of one tool to one recipe and a report: the way in.

package import Diagnostics

/// One recipe out of many configs.
package struct RecipeImport: Sendable {
    /// The recipe's text, which passes every check of recipes but for tables that are not there.
    package let recipe: String
    package let report: Report

    /// - Parameters:
    ///   - schema: What the editor's modeline names.
    ///   - train: The training table, whatever the configs call it on their machines.
    ///
    /// Errors: everything wrong with every file, or why they cannot stand in one recipe.
    package init(
        _ files: [SourceFile], tool: Tool, schema: String = "recipe.schema.json", train: String? = nil
    ) throws(Findings) {
        var drafts: [Draft] = []
        var findings: [Finding] = []
        for file in files {
            do {
                drafts.append(try Draft(file, tool: tool))
            } catch {
                findings += error.all
            }
        }
        guard findings.isEmpty, !drafts.isEmpty else { throw Findings(findings) }
        let (experiment, entries) = try Merger.merge(drafts, train: train)
        report = Report(entries: entries, files: files.count)
        recipe =
            RecipeText(
                experiment: experiment, heading: [Self.heading(files, tool)],
                remarks: experiment.remarks + report.groups.filter { $0[0].outcome.needsLook }.map(Self.remark),
                schema: schema
            ).text
    }

    private static func heading(_ files: [SourceFile], _ tool: Tool) -> String {
        let names = files.prefix(3).map { $0.name.split(separator: "/").last.map(String.init) ?? $0.name }
        let more = files.count > 3 ? " and \(files.count - 3) more" : ""
        let count = files.count == 1 ? "a config" : "\(files.count) configs"
        return "Imported from \(count) of \(tool.title): \(names.joined(separator: ", "))\(more)."
    }

    private static func remark(_ group: [ReportEntry]) -> String {
        let entry = group[0]
        let what = "\(entry.key.path): \(entry.key.shown) (\(Report.places(group)))"
        let becomes = entry.outcome.note ?? "nothing is known of this key"
        return entry.outcome.disposition == .unknown ? "\(what) is unknown and not taken over" : "\(what): \(becomes)"
    }
}
