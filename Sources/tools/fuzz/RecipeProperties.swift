// What must hold of a recipe, its plan and its lineage, whatever the recipe says. Knows nothing of how recipes are made.

import Diagnostics
import Digests
import Nodes
import Plans
import Recipes

enum RecipeProperties {
    struct Answer {
        var codes: [String] = []
        var steps: Int?
        var violations: [String] = []
    }

    /// Reads, plans and looks for leaks, as `check` does.
    static func answer(_ text: String, _ overrides: [String]) -> Answer {
        var answer = Answer()
        let file = SourceFile(name: "fuzz.yaml", text: text)
        var surroundings = Surroundings { path in
            path.hasPrefix("/dev")
                ? .other("a device") : path.hasSuffix("folder") || path == "/f/a" ? .folder : .something
        }
        surroundings.isSame = { $0 == $1 || $1.hasSuffix("copy.csv") }
        surroundings.modules = { _ in ["__init__.py", "b.py"] }
        surroundings.beginning = { path, _ in path.hasSuffix("narrow.csv") ? (Array("id,a\n1,2\n".utf8), true) : nil }
        var loader = RecipeLoader(file: file, folder: "/f", overrides: overrides, surroundings: surroundings)
        loader.steps = 2_000
        var findings: [Finding] = []
        do {
            let loaded = try loader.load()
            findings = loaded.warnings + loaded.missing
            let plan = Plan(compiling: loaded)
            answer.steps = plan.steps.count
            answer.violations = violations(plan, limit: loader.steps)
            findings += Lineage(of: plan, loaded: loaded).findings(loaded)
            _ = loaded.recipe.resolved.text()
            _ = loaded.recipe.resolved.digest
        } catch {
            findings = error.all
            if !findings.hasErrors { answer.violations.append("refused without an error") }
        }
        answer.codes = findings.map(\.code)
        answer.violations += violations(findings, file)
        return answer
    }

    private static func violations(_ plan: Plan, limit: Double) -> [String] {
        var wrong: [String] = []
        if Double(plan.steps.count) > limit { wrong.append("\(plan.steps.count) steps, and fewer were foreseen") }
        if Set(plan.steps.map(\.address)).count != plan.steps.count { wrong.append("an address stands twice") }
        for (index, step) in plan.steps.enumerated() {
            if step.dependencies.contains(where: { $0 >= index }) {
                wrong.append("\(step.address) comes before its input")
            }
            if step.address.utf8.count > 1_000 { wrong.append("an address of \(step.address.utf8.count) bytes") }
            if step.kind == .command {
                let command = step.parameters["command"]?.array?.compactMap(\.string) ?? []
                for reference in command.flatMap(CustomStep.references(in:)) where reference.isInput {
                    if step.inputs["in.\(reference.name)"] == nil {
                        wrong.append("\(step.address) lacks its input \(reference.name)")
                    }
                }
            }
        }
        return wrong
    }

    private static let rules = Set(ValueFindings.all + NodeFindings.all + RecipeFindings.all + PlanFindings.all)

    private static func violations(_ findings: [Finding], _ file: SourceFile) -> [String] {
        var wrong: [String] = []
        for finding in findings where !rules.contains(finding.rule) { wrong.append("no such code: \(finding.code)") }
        let shown =
            FindingText(color: false).render(findings)
            + FindingSARIF.document(findings, version: "0").text()
        if shown.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }) {
            wrong.append("a control character reaches the terminal")
        }
        _ = Mending.apply(findings, to: file)
        return wrong
    }
}
