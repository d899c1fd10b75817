// The texts of a row in steps: the short form and its names are one recipe, and what a model does not read changes none of its keys.

import Diagnostics
import Digests
import Nodes
import Testing

@testable import Plans
@testable import Recipes

private func recipe(_ columns: String, _ template: String, _ lengths: String) -> String {
    """
    recipe: texts
    data: {train: t.csv, columns: {\(columns), label: l, group: g}, labels: [x, y], template: \(template)}
    folds: {kind: group-k-fold, count: 2}
    models:
      words: {tfidf: {}}
      tiny: {backbone: org/one, lengths: \(lengths)}
    """
}

private func compiled(_ columns: String, _ template: String, _ lengths: String) throws -> Plan {
    let file = SourceFile(name: "r.yaml", text: recipe(columns, template, lengths))
    return Plan(compiling: try RecipeLoader(file: file, folder: "/f") { _ in true }.load())
}

private func parameters(_ plan: Plan, _ kind: StepKind) throws -> JSON {
    try #require(plan.steps.first { $0.kind == kind }).parameters
}

@Suite struct TextsTests {
    @Test func theShortFormAndTextsOfItsNamesAreOneRecipe() throws {
        let lengths = "{prompt: 9, answer: 20, keep: {answer: tail}}"
        let short = try compiled("prompt: q, answer: a", "\"{prompt} {answer}\"", lengths)
        let named = try compiled("texts: {prompt: q, answer: a}", "\"{prompt} {answer}\"", lengths)
        #expect(short.steps.map(\.outline) == named.steps.map(\.outline))
        let ingest = try parameters(short, .ingest)
        #expect(ingest["texts"] == nil && ingest["extra"] == nil && ingest["columns"]?["prompt"] == "q")
    }

    @Test func anyNumberOfTextsReachesTheStepsByName() throws {
        let plan = try compiled(
            "texts: {question: q, choice: c, why: w}", "\"{question}|{why}\"", "{question: 9, why: 20, keep: tail}")
        let ingest = try parameters(plan, .ingest)
        #expect(ingest["texts"] == ["question": "q", "choice": "c", "why": "w"])
        #expect(ingest["columns"]?["answer"] == .null)
        #expect(
            try parameters(plan, .tokenize)["template"]
                == [["column": "question"], ["text": "|"], ["column": "why"]])
        let lengths = try parameters(plan, .finetune)["lengths"]
        #expect(lengths == ["question": 9, "why": 20, "prompt": 256, "answer": 768, "keep": "tail"])
        #expect(plan.steps.first { $0.kind == .finetune }?.lengths == ["question": 9, "why": 20])
    }

    @Test func aSwapIsOfTheStepsOfItsOccasionAlone() throws {
        let found = try [nil, "training", "prediction", "both"].map { at in
            let lengths =
                "{question: 9}" + (at.map { ", swap: {texts: [question, why], labels: [y, x], at: \($0)}" } ?? "")
            let plan = try compiled("texts: {question: q, why: w}", "\"Q: {question} W: {why}\"", lengths)
            return try [StepKind.tokenize, .finetune, .predict].map { kind in
                try #require(plan.steps.first { $0.kind == kind && !$0.address.hasPrefix("words") }).parameters
            }
        }
        let (plain, training, prediction, both) = (found[0], found[1], found[2], found[3])
        let swap: JSON = ["texts": ["question", "why"], "labels": [1, 0]]
        #expect(both.map { $0["swap"] } == [nil, swap, swap])
        #expect(training == [plain[0], both[1], plain[2]] && prediction == [plain[0], plain[1], both[2]])
    }

    @Test func textsThatBeginUnlikeAreToldInEachOthersPlaceToo() throws {
        let found = try ["{question} or {why}", "Q: {question} W: {why}"].map { template in
            let plan = try compiled(
                "texts: {question: q, why: w}", "\"\(template)\"", "{question: 9}, swap: {texts: [question, why]}")
            return try parameters(plan, .tokenize)["swapped"]
        }
        #expect(found == [["question", "why"], nil])
    }

    @Test func aLabelOfSeveralColumnsReachesTheStepsInPiecesAndItsColumnsAreSecret() throws {
        func steps(_ label: String) throws -> Plan {
            let text = recipe("id: i, texts: {b: x}", "\"{b}\"", "{}")
                .replacing("label: l,", with: "label: \(label),")
                .replacing(
                    "words: {tfidf: {}}", with: "own: {program: {command: [cat, \"{in.valid}\", \"{out.oof}\"]}}")
            return Plan(
                compiling: try RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f") { _ in true }
                    .load())
        }
        let joined = try steps("\"{Kind}: {Why}\"")
        let ingest = try parameters(joined, .ingest)
        #expect(ingest["label-pieces"] == [["column": "Kind"], ["text": ": "], ["column": "Why"]])
        #expect(ingest["columns"]?["label"] == "{Kind}: {Why}" && ingest["label-columns"] == nil)
        #expect(try parameters(joined, PartStep.kind)["secret"] == ["Kind", "Why"])
        let plain = try steps("\"{Kind\"")
        #expect(try parameters(plain, .ingest)["label-pieces"] == nil)
        #expect(try parameters(plain, PartStep.kind)["secret"] == ["{Kind"])
    }

    @Test func aTextThatAModelDoesNotReadChangesNoneOfItsParameters() throws {
        let two = try compiled("texts: {question: q, why: w}", "\"{question}|{why}\"", "{question: 9}")
        let three = try compiled(
            "texts: {question: q, choice: c, why: w}", "\"{question}|{why}\"", "{question: 9, choice: 3}")
        #expect(try parameters(two, .finetune) == parameters(three, .finetune))
        #expect(try parameters(two, .ingest) != parameters(three, .ingest))
        #expect(try parameters(two, .finetune)["lengths"]?["why"] == 512, "the usual budget")
    }

    @Test func withoutATemplateAllTextsAreReadInTheirOrderAndControlTokensAreText() throws {
        let plan = try compiled("texts: {b: x1, a: x2}", "\"{b}{a}\"", "{}")
        #expect(try parameters(plan, .tokenize)["split-special-tokens"] == true)
        let file = SourceFile(
            name: "r.yaml",
            text: recipe("texts: {b: x1, a: x2}", "\"{a}{b}\"", "{}").replacing(", template: \"{a}{b}\"", with: ""))
        let loaded = try RecipeLoader(file: file, folder: "/f") { _ in true }.load()
        #expect(loaded.recipe.data.effectiveTemplate.pieces == [.place("b"), .text("\n"), .place("a")])
        #expect(try parameters(self.short, .tokenize)["split-special-tokens"] == nil)
    }

    private var short: Plan { get throws { try compiled("answer: a", "\"{answer}\"", "{}") } }

    @Test func aTemplateOfTwoIsAPair() throws {
        let plan = try compiled("texts: {question: q, why: w}", "[\"Q: {question}\", \"{why}\"]", "{}")
        #expect(
            try parameters(plan, .tokenize)["template"]
                == [["text": "Q: "], ["column": "question"], ["pair": "second"], ["column": "why"]])
        #expect(throws: Findings.self) {
            try compiled("texts: {question: q, why: w}", "[\"{why}\", \"{why}\"]", "{}")
        }
        #expect(throws: Findings.self) {
            try compiled("texts: {question: q, why: w}", "[\"{why}\", \"{question}\", \"x\"]", "{}")
        }
    }
}
