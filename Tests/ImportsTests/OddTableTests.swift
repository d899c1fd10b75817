// Tables of every shape, drawn by a rule: what is proposed of them is a recipe that `check` takes, and names what is there.

import Diagnostics
import Recipes
import Testing

@testable import Imports

/// Draws that are the same on every machine (SplitMix64).
private struct Draws: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

private let names = [
    "id", "ID", "row_id", "text", "answer", "question", "prompt", "title", "label", "target", "y", "source", "group",
    "author", "weight", "fold", "group_id", "is_good", "good", "bad", "ugly", "", " ", " text", "a,b", "#", "yes",
    "null", "x: y", "{z}", "two\nlines", "ü", "e\u{301}", "'", "\"", "*", "- a", "label-column",
]

private let oddLabels = [
    "no", "1.0", "01", "1", "null", "~", "é", " b", "[", "\"q\"", "two\nlines", "- a", "0x1", "1e3", "#",
]

/// What a column may hold, as a function of the row.
private let contents: [@Sendable (Int) -> String] = [
    { "\($0)" }, { "r\($0)" }, { "\($0 % 2)" }, { "\($0 % 3)" }, { _ in "1" }, { _ in "" }, { $0 % 2 == 0 ? "x" : "y" },
    { "the quick brown fox number \($0) jumps" }, { "the quick brown fox number \($0 / 2) jumps over the lazy dog" },
    { "the quick brown fox number \($0 % 2) jumps" }, { "\(Double($0) / 7)" }, { $0 % 3 == 0 ? "" : "a" },
    { oddLabels[$0 % oddLabels.count] },
    { $0 % 2 == 0 ? "true" : "True" }, { "\($0 / 4)" }, { ["a", "b", "c", "d"][$0 % 4] }, { ["1", "1.0"][$0 % 2] },
    { ["a", "A"][$0 % 2] }, { String(repeating: "long ", count: 30) + "\($0 % 2)" }, { $0 % 3 == 1 ? "1" : "0" },
    { $0 % 3 == 2 ? "1" : "0" }, { $0 % 3 == 0 ? "1" : "0" },
]

private func quoted(_ cell: String) -> String {
    "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

@Suite struct OddTableTests {
    @Test(arguments: 0..<20)
    func whatIsWrittenForATableIsARecipeThatNamesItsColumns(_ seed: Int) throws {
        for part in 0..<50 {
            var draws = Draws(state: UInt64(seed * 1000 + part))
            let header = (0..<Int.random(in: 1...7, using: &draws)).map { _ in names.randomElement(using: &draws)! }
            let kinds = header.map { _ in contents.randomElement(using: &draws)! }
            let rows = (0..<Int.random(in: 1...60, using: &draws)).map { row in kinds.map { $0(row) } }
            let bytes = Array(
                ([header] + rows).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined().utf8)
            let proposal = try TableProposal(TableReading(bytes, name: "t.csv"))
            for template in [RecipeTemplate(fitting: proposal)] + RecipeTemplate.allCases {
                try hold(template, proposal, header, rows)
            }
        }
    }

    private func hold(
        _ template: RecipeTemplate, _ proposal: TableProposal, _ header: [String], _ rows: [[String]]
    ) throws {
        let text = template.text(name: "mine", train: "t.csv", proposal: proposal)
        let source = SourceFile(name: "r.yaml", text: text)
        let recipe: Recipe
        do {
            recipe = try RecipeLoader(file: source, folder: "/f") { _ in true }.load().recipe
        } catch {
            Issue.record("\(error)\n\(text)")
            return
        }
        let columns = recipe.data.columns
        let undecided = template.undecided(proposal)
        let roles: [(String, String?)] =
            [
                ("id", columns.id), ("prompt", columns.prompt), ("answer", columns.answer), ("group", columns.group),
                ("weight", columns.weight), ("fold", recipe.folds.column),
            ] + (columns.named ?? []).map { ("texts.\($0.name)", $0.value) } + columns.labels.map { ("label", $0) }
        for (role, column) in roles {
            guard let column else { continue }
            // What is named is one column of the table, or none of them, which is said.
            let times = header.count { $0 == column }
            #expect(times == (undecided.contains(role) ? 0 : 1), "\(role): \(column)\n\(text)")
        }
        // Every row has an id and a group.
        for column in [columns.id, proposal.group?.column].compactMap(\.self) {
            let place = try #require(header.firstIndex(of: column))
            #expect(!rows.contains { $0[place].isEmpty }, "\(text)")
        }
        let used = roles.filter {
            $0.0 != "group" || !([columns.prompt] + (columns.named ?? []).map(\.value)).contains($0.1)
        }.compactMap(\.1)
        #expect(Set(used).count == used.count, "\(text)")
        guard let target = proposal.target, target.isOfOneLabel, columns.labels.count == 1,
            !undecided.contains("label"),
            let place = header.firstIndex(of: columns.label)
        else { return }
        // Labels are compared by what they say, as `ingest` compares them.
        #expect(Set(recipe.data.labels.map(form)) == Set(rows.map { form($0[place]) }), "\(text)")
    }

    private func form(_ text: String) -> String {
        if let number = Double(text), number.isFinite, !text.contains("x") { return "\(number)" }
        return ["true", "false"].contains(text.lowercased()) ? text.lowercased() : text
    }
}
