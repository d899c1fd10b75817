// Findings as code hosts read them: SARIF 2.1.0.

package import Digests

package enum FindingSARIF {
    /// One SARIF log, with the rules that the findings are of.
    package static func document(_ findings: [Finding], version: String) -> JSON {
        let broken = Set(findings.map(\.rule)).sorted { $0.code < $1.code }
        let codes = broken.map(\.code)
        let rules = broken.map { rule -> JSON in
            [
                "id": .string(rule.code), "shortDescription": ["text": .string(rule.title)],
                "fullDescription": ["text": .string(rule.explanation)],
            ]
        }
        return [
            "version": "2.1.0",
            "runs": [
                [
                    "tool": ["driver": ["name": "ablate", "version": .string(version), "rules": .array(rules)]],
                    "columnKind": "unicodeCodePoints",
                    "results": .array(findings.inTextOrder.map { result($0, codes) }),
                ]
            ],
        ]
    }

    private static func result(_ finding: Finding, _ codes: [String]) -> JSON {
        let text = [finding.message, finding.help].compactMap { $0 }.joined(separator: "; ")
        var members: [String: JSON] = [
            "ruleId": .string(finding.code), "ruleIndex": JSON(codes.firstIndex(of: finding.code)),
            "level": finding.severity == .error ? "error" : "warning", "message": ["text": .string(text)],
            "locations": .array([location(finding.span, message: nil)].compactMap { $0 }),
        ]
        let notes = finding.notes.compactMap { location($0.span, message: $0.message) }
        if !notes.isEmpty { members["relatedLocations"] = .array(notes) }
        if let fix = finding.fix {
            members["fixes"] = [
                [
                    "description": ["text": .string(fix.isSafe ? "apply this fix" : "this may be what was meant")],
                    "artifactChanges": [
                        [
                            "artifactLocation": artifact(fix.span),
                            "replacements": [
                                [
                                    "deletedRegion": region(fix.span),
                                    "insertedContent": ["text": .string(fix.replacement)],
                                ]
                            ],
                        ]
                    ],
                ]
            ]
        }
        return .object(members)
    }

    private static func location(_ span: Span?, message: String?) -> JSON? {
        guard let span else { return nil }
        var members: [String: JSON] = [
            "physicalLocation": ["artifactLocation": artifact(span), "region": region(span)]
        ]
        if let message { members["message"] = ["text": .string(message)] }
        return .object(members)
    }

    /// A path as a relative URI reference: what is no plain character of one is escaped.
    private static func artifact(_ span: Span) -> JSON {
        let name = span.file.name.utf8.map { byte -> String in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~/".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
        return ["uri": .string(name)]
    }

    private static func region(_ span: Span) -> JSON {
        [
            "startLine": .integer(span.start.line), "startColumn": .integer(span.start.column),
            "endLine": .integer(span.end.line), "endColumn": .integer(span.end.column),
        ]
    }
}
