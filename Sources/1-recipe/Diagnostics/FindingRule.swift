// What all findings of one kind have in common: code, severity and explanation. Knows no place.

/// A rule that what a person wrote can break. Each is a constant beside the check that finds it broken, and stands in the list of its
/// module (`NodeFindings`, `RecipeFindings`, ...), of which docs/diagnostics.md is made.
package struct FindingRule: Sendable {
    /// Where the rule stands in docs/diagnostics.md.
    package enum Chapter: String, CaseIterable, Sendable {
        case text = "The text as YAML"
        case keys = "Keys and values"
        case names = "Names and files"
        case scores = "Scores that would not hold"
        case models = "Models, steps and ablations"
        case imports = "Configurations of other tools (`ablate import`)"
    }

    /// A stable name in kebab-case, such as `unknown-key`.
    package let code: String
    package let chapter: Chapter
    /// That of its findings, unless one says otherwise.
    package let severity: Finding.Severity
    /// What is wrong, in one sentence.
    package let title: String
    /// Why that is refused, or what to do about it.
    package let explanation: String

    package init(
        _ code: String, _ chapter: Chapter, _ severity: Finding.Severity, _ title: String, _ explanation: String
    ) {
        self.code = code
        self.chapter = chapter
        self.severity = severity
        self.title = title
        self.explanation = explanation
    }

    /// A rule whose findings are errors.
    package init(_ code: String, _ chapter: Chapter, _ title: String, _ explanation: String) {
        self.init(code, chapter, .error, title, explanation)
    }
}

extension FindingRule: Hashable {
    package static func == (left: FindingRule, right: FindingRule) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
