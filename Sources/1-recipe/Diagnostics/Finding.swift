// What is wrong with what a person wrote. Knows nothing of who found it.

/// One thing wrong: what, where, and what to do about it.
package struct Finding: Error, Sendable {
    package enum Severity: String, Sendable { case error, warning }

    /// A remark that belongs to a finding, such as "first defined here".
    package struct Note: Sendable {
        package let message: String
        package let span: Span?
        package init(_ message: String, at span: Span? = nil) {
            self.message = message
            self.span = span
        }
    }

    /// An edit of the text that corrects it.
    package struct Fix: Sendable {
        package let span: Span
        package let replacement: String
        /// Whether the text means, once mended, certainly what its writer meant; a guess is only ever shown.
        package let isSafe: Bool
        package init(replacing span: Span, with replacement: String, isSafe: Bool) {
            self.span = span
            self.replacement = replacement
            self.isSafe = isSafe
        }
    }

    package let rule: FindingRule
    package let severity: Severity
    package let message: String
    package let span: Span?
    package let notes: [Note]
    /// What to do, as one sentence without a full stop; nil where the message says it.
    package let help: String?
    package let fix: Fix?

    /// - Parameter severity: nil for that of the rule.
    package init(
        _ rule: FindingRule, _ message: String, at span: Span?, severity: Severity? = nil, notes: [Note] = [],
        help: String? = nil, fix: Fix? = nil
    ) {
        self.rule = rule
        self.message = message
        self.span = span
        self.severity = severity ?? rule.severity
        self.notes = notes
        self.help = help
        self.fix = fix
    }

    /// A stable name in kebab-case, such as `unknown-key`.
    package var code: String { rule.code }
}

/// Findings as an error to throw; never empty.
package struct Findings: Error, Sendable {
    package let all: [Finding]
    package init(_ all: [Finding]) { self.all = all }
}

extension [Finding] {
    /// The findings in the order of the text, those without a place last.
    package var inTextOrder: [Finding] {
        enumerated().sorted { left, right in
            switch (left.element.span, right.element.span) {
            case (let first?, let second?):
                if first.file.name != second.file.name { return first.file.name < second.file.name }
                if first.start != second.start { return first.start < second.start }
                return left.offset < right.offset
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil): return left.offset < right.offset
            }
        }.map(\.element)
    }

    package var hasErrors: Bool { contains { $0.severity == .error } }
}
