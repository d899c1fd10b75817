// Findings as programs read them.

package import Digests

extension Finding {
    /// `{code, severity, message, file, line, column, end_line, end_column, help, notes, fix}`; places are null where unknown.
    package var json: JSON {
        var members = Self.place(span)
        members["code"] = .string(code)
        members["severity"] = .string(severity.rawValue)
        members["message"] = .string(message)
        members["help"] = JSON(help)
        members["notes"] = .array(
            notes.map { note in
                var members = Self.place(note.span)
                members["message"] = .string(note.message)
                return .object(members)
            })
        if let fix {
            var edit = Self.place(fix.span)
            edit["replacement"] = .string(fix.replacement)
            edit["is_safe"] = .bool(fix.isSafe)
            members["fix"] = .object(edit)
        } else {
            members["fix"] = .null
        }
        return .object(members)
    }

    private static func place(_ span: Span?) -> [String: JSON] {
        [
            "file": JSON(span?.file.name), "line": JSON(span?.start.line), "column": JSON(span?.start.column),
            "end_line": JSON(span?.end.line), "end_column": JSON(span?.end.column),
        ]
    }
}
