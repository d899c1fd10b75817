// What the reader makes of files, one JSON line each. Judges nothing: Tests/YAML/judge.py does.

import ArgumentParser
import Diagnostics
import Digests
import Foundation
import Nodes

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Print findings and the located tree of each file as one JSON line.")

    @Argument(help: "YAML files; - reads their names from standard input, one on each line.") var files: [String]

    func run() throws {
        if files == ["-"] {
            while let name = readLine() { print(try Self.line(name)) }
        } else {
            for name in files { print(try Self.line(name)) }
        }
    }

    /// `{"file", "findings": [[code, line, column]], "events": [...]}`; events are null where the text was refused whole.
    private static func line(_ name: String) throws -> String {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: name)))
        let start = ContinuousClock.now
        let reading = ParsedText(bytes, name: name)
        let seconds = start.duration(to: .now) / .seconds(1)
        var events: [JSON] = []
        if let root = reading.root { append(root, to: &events) }
        let findings = reading.findings.map { finding in
            JSON.array([
                .string(finding.code), JSON(finding.span?.start.line), JSON(finding.span?.start.column),
                .string(finding.message),
            ])
        }
        let line: JSON = [
            "file": .string(name), "seconds": .number(seconds), "findings": .array(findings),
            "events": reading.root == nil ? .null : .array(events),
        ]
        return line.text()
    }

    /// `["scalar", text, type, ambiguous, line, column]`, `["key", text, line, column]`, `["sequence", line, column]`,
    /// `["mapping", line, column]` and `["end"]`.
    private static func append(_ node: Node, to events: inout [JSON]) {
        let line = JSON.integer(node.span.start.line)
        let column = JSON.integer(node.span.start.column)
        switch node.content {
        case .scalar(let scalar):
            events.append([
                "scalar", .string(scalar.text), type(scalar.resolved), .bool(scalar.ambiguity != nil), line, column,
            ])
        case .sequence(let elements):
            events.append(["sequence", line, column])
            for element in elements { append(element, to: &events) }
            events.append(["end"])
        case .mapping(let entries):
            events.append(["mapping", line, column])
            for entry in entries {
                let place = entry.keySpan.start
                events.append(["key", .string(entry.key), .integer(place.line), .integer(place.column)])
                append(entry.value, to: &events)
            }
            events.append(["end"])
        }
    }

    private static func type(_ resolved: Node.Scalar.Resolved) -> JSON {
        switch resolved {
        case .null: "null"
        case .boolean(let value): ["bool", .bool(value)]
        case .integer(let value): ["int", .integer(value)]
        case .number(let value): ["float", .string(value.description)]
        case .text: "str"
        }
    }
}

/// A text read the way the command reads a recipe: bytes, text, tree.
struct ParsedText {
    let file: SourceFile?
    let root: Node?
    let findings: [Finding]

    init(_ bytes: [UInt8], name: String) {
        var file: SourceFile?
        do throws(Findings) {
            let decoded = try SourceFile(decoding: bytes, name: name)
            file = decoded
            let document = try Document(parsing: decoded)
            root = document.root
            findings = document.findings
        } catch {
            root = nil
            findings = error.all
        }
        self.file = file
    }
}
