// embed OUTPUT FOLDER FILE...: writes a Swift source that holds text files below a folder, each as one literal.
//
// Run by the plugin EmbedWorker, which says which files. Literals, because the compiler takes a hundred times as long for arrays of
// bytes.

import Foundation

@main enum Embed {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { fail("usage: embed OUTPUT FOLDER FILE...") }
        let folder = URL(filePath: arguments[2])
        var source = """
            // Written by `embed` at every build that finds a file changed.

            /// The files of the worker's Python package, by their path in it, ascending.
            enum EmbeddedWorker {
                static var files: [(path: String, content: StaticString)] {

            """
        for (number, path) in arguments.dropFirst(3).enumerated() {
            let data = try Data(contentsOf: folder.appending(path: path))
            guard let text = String(validating: data, as: UTF8.self) else {
                fail("\(folder.path)/\(path): expected text in UTF-8, found other bytes: what is embedded is a literal")
            }
            source += "        let file\(number): StaticString = \"\"\"\n\(literal(text))\n\"\"\"\n"
        }
        source += "        return [\n"
        for (number, path) in arguments.dropFirst(3).enumerated() {
            source += "            (\"\(literal(path))\", file\(number)),\n"
        }
        source += "        ]\n    }\n}\n"
        try Data(source.utf8).write(to: URL(filePath: arguments[1]), options: .atomic)
    }

    /// The text as the inside of a literal of several lines. Only line feeds stand for themselves: the compiler would read other
    /// ends of lines as those.
    static func literal(_ text: String) -> String {
        text.unicodeScalars.map { character in
            switch character {
            case "\n": "\n"
            case "\\": "\\\\"
            case "\"": "\\\""
            case " "..."~": String(character)
            default: "\\u{\(String(character.value, radix: 16))}"
            }
        }.joined()
    }

    static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("embed: \(message)\n".utf8))
        exit(1)
    }
}
