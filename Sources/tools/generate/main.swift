// Writes the files that are made from declarations: `make generate`, from the root of the project. With `--check` it writes
// nothing and says which of them are out of date.

import Digests
import Glibc
import Recipes

let documents = [
    ("schemas/recipe.schema.json", RecipeSchema.document.text(.indented) + "\n"),
    ("schemas/site.schema.json", Site.schema.text(.indented) + "\n"),
    ("schemas/steps.json", StepDeclarations.document.text(.indented) + "\n"),
    ("Sources/4-run/Workers/ablate_worker/protocol/parameters.py", PythonParameters.text),
    ("docs/worker-kinds.md", WorkerKindsPage.text),
    ("docs/recipe-reference.md", ReferencePage().text),
    ("docs/diagnostics.md", DiagnosticsPage.text),
]
let isCheck = CommandLine.arguments.contains("--check")
var stale: [String] = []
for (path, text) in documents {
    guard !isCheck else {
        if contents(of: path) != text { stale.append(path) }
        continue
    }
    guard let file = fopen(path, "w") else {
        perror(path)
        exit(1)
    }
    fputs(text, file)
    fclose(file)
    print(path)
}
if !stale.isEmpty {
    print("out of date: \(stale.joined(separator: ", ")); run `make generate`")
    exit(1)
}

func contents(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
