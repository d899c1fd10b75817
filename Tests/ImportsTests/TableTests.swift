// A table's head, the columns that it proposes, and the recipe that is made of them, as values.

import Diagnostics
import Recipes
import Testing

@testable import Imports

private func table(_ header: [String], _ rows: [[String]]) throws -> TableReading {
    let lines = [header] + rows
    return try TableReading(Array(lines.map { $0.joined(separator: ",") }.joined(separator: "\n").utf8), name: "t.csv")
}

private func sentence(_ number: Int) -> String { "the quick brown fox jumps over lazy dog number \(number)" }

/// Rows of three questions with one answer of each of two writers, and so on.
private func grouped(_ questions: Int, writers: [String]) throws -> TableReading {
    try table(
        ["row_id", "question", "response", "writer"],
        (0..<questions).flatMap { question in
            writers.enumerated().map { index, writer in
                [
                    "r\(question * writers.count + index)", "why is number \(question) a number",
                    sentence(question * 7 + index), writer,
                ]
            }
        })
}

@Suite struct TableReadingTests {
    @Test func objectsOnLinesAreATable() throws {
        let text = #"{"text": "one", "label": 1}"# + "\n\n" + #"{"label": null, "text": "two"}"# + "\n"
        let reading = try TableReading(Array(text.utf8), name: "t.JSONL")
        #expect(reading.header == ["label", "text"])
        #expect(reading.rows == [["1", "one"], ["", "two"]])
    }

    @Test func rowsOfAnotherLengthAreLeftOut() throws {
        #expect(try TableReading(Array("a,b\n1,2\n3\n4,5\n".utf8), name: "t.csv").rows == [["1", "2"], ["4", "5"]])
    }

    @Test(arguments: [
        ("t.csv", "a;b\n1,5;2\n3;4\n", ["semicolons", "'a' are read with a decimal comma"], ["1.5", "2"]),
        ("t.csv", "a;b\n1,500;2\n", ["semicolons"], ["1,500", "2"]), ("t.tsv", "a\tb\n1\t2\n", [], ["1", "2"]),
        ("t.txt", "a\tb\n\"1\t2\"3\n", ["tabs"], ["\"1", "2\"3"]), ("t.csv", "a|b\n1|2\n", ["bars"], ["1", "2"]),
        ("t.json", "[{\"a\": 1, \"b\": true}]", [], ["1", "true"]), ("t.csv", "a,b\n1;2,3\n", [], ["1;2", "3"]),
    ])
    func theFormIsToldByTheTableAndSaid(_ name: String, _ text: String, _ remarks: [String], _ row: [String]) throws {
        var wide: [UInt8] = [0xFF, 0xFE]
        for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        for bytes in [Array(text.utf8), wide] {
            let reading = try TableReading(bytes, name: name)
            let own = bytes[0] == 0xFF ? ["UTF-16"] + remarks : remarks
            #expect(reading.header == ["a", "b"] && reading.rows[0] == row)
            #expect(
                reading.remarks.count == own.count && zip(reading.remarks, own).allSatisfy { $0.contains($1) },
                "\(reading.remarks)")
        }
    }

    @Test func bytesThatAreNoUTF8AreWindows1252WhereAllCanBe() throws {
        #expect(
            try TableReading(Array("a,b\ncaf".utf8) + [0xE9, 0x80] + Array(",2\n".utf8), name: "t.csv").rows == [
                ["café€", "2"]
            ])
        #expect(throws: TableReading.Objection.self) {
            try TableReading(Array("a,b\né".utf8) + [0xE9] + Array(",2\n".utf8), name: "t.csv")
        }
    }

    @Test(arguments: [
        ("t.csv", "a,b\n", "header and a row"), ("t.xlsx", "PK", "no CSV table"), ("t.parquet", "PAR1", "is Parquet"),
        ("t.jsonl", "[1]\n", "is none of objects"), ("t.jsonl", "{\n", "one JSON object on each line"),
        ("t.jsonl", "\n", "no JSON object"), ("t.csv", "a\0b", "UTF-8"),
    ])
    func whatIsNoTableSaysWhyAndWhatToDo(_ name: String, _ text: String, _ words: String) {
        let error = #expect(throws: TableReading.Objection.self) { try TableReading(Array(text.utf8), name: name) }
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
}

@Suite struct TableProposalTests {
    @Test func columnsAreFoundByNameAndByWhatTheyHold() throws {
        let proposal = try TableProposal(grouped(6, writers: ["human", "machine"]))
        #expect(proposal.id?.column == "row_id")
        #expect(proposal.texts.map(\.name) == ["prompt", "answer"])
        #expect(proposal.texts.map(\.column.column) == ["question", "response"])
        #expect(proposal.target?.columns == ["writer"])
        #expect(proposal.group?.column == "question")
        #expect(proposal.target?.labels == ["human", "machine"])
        #expect(proposal.isOneOfEach && proposal.notes.isEmpty)
    }

    @Test func aGroupThatLacksALabelIsNotOneOfEach() throws {
        let reading = try grouped(6, writers: ["human", "machine"])
        var rows = reading.rows
        rows[0][3] = "machine"
        #expect(try TableProposal(table(reading.header, rows)).isOneOfEach == false)
    }

    @Test func labelsThatAreNumbersStandInTheirOrder() throws {
        let rows = (0..<40).map { [sentence($0), "\([10, 2, 9, 1][$0 % 4])"] }
        #expect(try TableProposal(table(["text", "label"], rows)).target?.labels == ["1", "2", "9", "10"])
    }

    @Test func oneColumnForEachLabelIsALabelEach() throws {
        let rows = (0..<12).map { number in [sentence(number)] + (0..<3).map { number % 3 == $0 ? "1" : "0" } }
        let proposal = try TableProposal(table(["text", "good", "bad", "ugly"], rows))
        #expect(proposal.target?.columns == ["good", "bad", "ugly"] && proposal.target?.kind == .classes)
        #expect(proposal.target?.labels == ["good", "bad", "ugly"] && proposal.notes.isEmpty)
    }

    @Test func numbersThatAreWrittenAsFloatsAreWholeLabels() throws {
        let rows = (0..<40).map { [sentence($0), "\($0 % 3).0"] }
        #expect(try TableProposal(table(["text", "label"], rows)).target?.labels == ["0", "1", "2"])
    }

    @Test func aTableWithoutTextsOrLabelsProposesNone() throws {
        let proposal = try TableProposal(table(["a"], (0..<4).map { ["\($0)"] }))
        #expect(proposal.texts.isEmpty && proposal.target == nil && proposal.group == nil)
    }
}

@Suite struct RecipeTemplateTests {
    private func load(_ recipe: String) throws -> LoadedRecipe {
        try RecipeLoader(file: SourceFile(name: "r.yaml", text: recipe), folder: "/f") { _ in true }.load()
    }

    @Test(arguments: RecipeTemplate.allCases)
    func everyTemplateIsAValidRecipeWithAndWithoutATable(_ template: RecipeTemplate) throws {
        let proposals = [
            nil, try TableProposal(grouped(4, writers: ["a", "b"])),
            try TableProposal(table(["text", "label"], (0..<8).map { [sentence($0), $0 % 2 == 0 ? "no" : "yes"] })),
        ]
        for proposal in proposals where template != .predictTheLLM || proposal?.group != nil || proposal == nil {
            let text = template.text(name: "mine", train: "data/train: 1.csv", proposal: proposal)
            let loaded = try load(text)
            #expect(loaded.warnings.isEmpty && loaded.recipe.data.train == "data/train: 1.csv", "\(text)")
            #expect(loaded.recipe.data.labels.count == 2)
        }
    }

    @Test func wordsOfTheTableAreQuotedWhereYAMLWouldTakeThemForSomethingElse() throws {
        let rows = (0..<8).map { [sentence($0), $0 % 2 == 0 ? "no" : "1.0"] }
        let proposal = try TableProposal(table(["#text", "yes"], rows))
        let recipe = try load(RecipeTemplate.classify.text(name: "mine", train: "t.csv", proposal: proposal)).recipe
        #expect(recipe.data.labels == ["1.0", "no"])
        #expect(recipe.data.columns.answer == "#text" && recipe.data.columns.label == "yes")
    }

    @Test func theTemplateFitsWhatTheTableLooksLike() throws {
        #expect(RecipeTemplate(fitting: nil) == .classify)
        #expect(RecipeTemplate(fitting: try TableProposal(grouped(4, writers: ["a", "b"]))) == .predictTheLLM)
        let uneven = try grouped(6, writers: ["a", "b"])
        let fewer = try table(uneven.header, Array(uneven.rows.dropLast()))
        #expect(RecipeTemplate(fitting: try TableProposal(fewer)) == .grouped)
    }
}
