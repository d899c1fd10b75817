// Tables of the forms of well-known competitions, with their own columns: what is proposed of each, and that `check` takes it, and each
// other reading in its place.

import Diagnostics
import Recipes
import Testing

@testable import Imports

/// A column: its name, and its cell in a row.
private typealias Column = (name: String, cell: (Int) -> String)

private func number(_ row: Int, _ place: Int) -> Int { (row * 7919 + place * 104_729 + row * row * 31) % 9973 }
private func code(_ row: Int) -> String { String(number(row, 3) * 10_007 + row, radix: 16) + "f" }
private let words = "river paper table winter cloud music apple stone garden light essay student because however".split(
    separator: " ")
private func text(_ count: Int, _ row: Int) -> String {
    (0..<count).map { words[number(row, $0) % words.count] }.joined(separator: " ") + " \(row)"
}

private struct Form: Sendable, CustomStringConvertible {
    let description: String
    let table: TableReading
    var id: String?
    var texts: [String] = []
    var label: [String] = []
    var kind = TargetReading.Kind.classes
    var labels: [String] = []
    var group: String?
    var folds = "stratified-k-fold"

    init(_ description: String, rows: Int = 240, _ columns: [Column]) {
        self.description = description
        let lines = [columns.map(\.name)] + (0..<rows).map { row in columns.map { $0.cell(row) } }
        let bytes = Array(
            lines.map { $0.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n" }.joined()
                .utf8)
        do { table = try TableReading(bytes, name: "train.csv") } catch { fatalError(error.reason) }
    }

    static func of(_ name: String, _ columns: [Column], rows: Int = 240, _ expect: (inout Form) -> Void) -> Form {
        var form = Form(name, rows: rows, columns)
        expect(&form)
        return form
    }
}

private let predictTheLlm = Form.of(
    "Predict the LLM",
    [
        ("Question", { "What is thing number \($0 / 7) called?" }), ("Response", { text(30, $0) }),
        ("target", { "\($0 % 7)" }),
    ],
    rows: 210
) {
    ($0.texts, $0.label, $0.labels) = (["Question", "Response"], ["target"], (0..<7).map(String.init))
    ($0.group, $0.folds) = ("Question", "stratified-group-k-fold")
}

private let lmsysChatbotArena = Form.of(
    "LMSYS Chatbot Arena",
    [
        ("id", { "\($0 + 30192)" }), ("model_a", { "gpt-\($0 % 5)" }), ("model_b", { "llama-2-\($0 % 4)b" }),
        ("prompt", { "[\"\(text(9, $0))\"]" }), ("response_a", { "[\"\(text(30, $0))\"]" }),
        ("response_b", { "[\"\(text(31, $0))\"]" }), ("winner_model_a", { number($0, 1) % 3 == 0 ? "1" : "0" }),
        ("winner_model_b", { number($0, 1) % 3 == 1 ? "1" : "0" }),
        ("winner_tie", { number($0, 1) % 3 == 2 ? "1" : "0" }),
    ]
) {
    ($0.id, $0.texts) = ("id", ["prompt", "response_a", "response_b"])
    ($0.label, $0.labels) = (["winner_model_a", "winner_model_b", "winner_tie"], ["model_a", "model_b", "tie"])
}

private let detectAiGeneratedText = Form.of(
    "Detect AI Generated Text",
    [
        ("id", code), ("prompt_id", { "\($0 % 2)" }), ("text", { text(80, $0) }),
        ("generated", { $0 % 17 == 0 ? "1" : "0" }),
    ]
) { ($0.id, $0.texts, $0.label, $0.labels) = ("id", ["text"], ["generated"], ["0", "1"]) }

private let automatedEssayScoring = Form.of(
    "Automated Essay Scoring 2.0",
    [("essay_id", code), ("full_text", { text(80, $0) }), ("score", { "\(1 + number($0, 2) % 6)" })]
) {
    ($0.id, $0.texts, $0.label, $0.kind) = ("essay_id", ["full_text"], ["score"], .ordinal)
    $0.labels = (1...6).map(String.init)
}

private let mapChartingStudentMisunderstandings = Form.of(
    "MAP Charting Student Misunderstandings",
    [
        ("row_id", { "\($0)" }), ("QuestionId", { "\(31772 + $0 % 15)" }),
        ("QuestionText", { "What fraction of shape \($0 % 15) is not shaded? Give it in its simplest form." }),
        ("MC_Answer", { "\\( \(number($0, 1) % 9) \\)" }), ("StudentExplanation", { text(12, $0) }),
        ("Category", { ["True_Correct", "False_Misconception", "False_Neither"][number($0, 5) % 3] }),
        ("Misconception", { ["NA", "Incomplete", "Wrong_fraction"][number($0, 6) % 3] }),
    ]
) {
    ($0.id, $0.texts) = ("row_id", ["QuestionText", "MC_Answer", "StudentExplanation"])
    ($0.label, $0.labels) = (["Category"], ["False_Misconception", "False_Neither", "True_Correct"])
    ($0.group, $0.folds) = ("QuestionId", "stratified-group-k-fold")
}

private let eedi = Form.of(
    "Eedi",
    [
        ("QuestionId", { "\($0)" }), ("ConstructId", { "\(800 + $0 % 97)" }),
        ("ConstructName", { "Use the order of operations to \(text(3, $0 % 97))" }),
        ("SubjectId", { "\(30 + $0 % 31)" }),
        ("SubjectName", { "BIDMAS of \(text(2, $0 % 31))" }), ("CorrectAnswer", { ["A", "B", "C", "D"][$0 % 4] }),
        ("QuestionText", { text(20, $0) }),
    ]
        + "ABCD".map { letter in ("Answer\(letter)Text", { "\\( \($0) \\times \(letter) \\)" }) }
        + "ABCD".map { letter in ("Misconception\(letter)Id", { $0 % 3 == 0 ? "" : "\(number($0, 4) % 2587).0" }) }
) {
    $0.id = "QuestionId"
    $0.texts = ["ConstructName", "SubjectName", "QuestionText"] + "ABCD".map { "Answer\($0)Text" }
    // What is predicted of the row is not to be told: neither an id nor the right answer is taken for it.
    ($0.group, $0.folds) = ("ConstructId", "stratified-group-k-fold")
}

private let feedbackPrizeEll = Form.of(
    "Feedback Prize ELL",
    [("text_id", code), ("full_text", { text(80, $0) })]
        + ["cohesion", "syntax", "vocabulary", "phraseology", "grammar", "conventions"].enumerated().map {
            place, name in
            (name, { row in "\(1 + Double(number(row, place) % 9) / 2)" })
        }
) {
    ($0.id, $0.texts, $0.kind, $0.folds) = ("text_id", ["full_text"], .number, "k-fold")
    $0.label = ["cohesion", "syntax", "vocabulary", "phraseology", "grammar", "conventions"]
}

private let jigsawToxicComments = Form.of(
    "Jigsaw Toxic Comments",
    [("id", code), ("comment_text", { text(40, $0) })]
        + ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"].enumerated().map {
            place, name in
            (name, { row in number(row, place) % (4 + 3 * place) == 0 ? "1" : "0" })
        }
) {
    ($0.id, $0.texts, $0.kind, $0.folds) = ("id", ["comment_text"], .multiLabel, "k-fold")
    $0.label = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
}

private let commonlitReadability = Form.of(
    "CommonLit Readability",
    [
        ("id", code), ("url_legal", { $0 % 3 == 0 ? "https://en.wikibooks.org/wiki/\($0)" : "" }),
        ("license", { $0 % 3 == 0 ? "CC BY-SA 3.0" : "" }), ("excerpt", { text(80, $0) }),
        ("target", { "\(Double(number($0, 1)) / 3000 - 2)" }),
        ("standard_error", { "\(0.4 + Double(number($0, 2)) / 30_000)" }),
    ]
) { ($0.id, $0.texts, $0.label, $0.kind, $0.folds) = ("id", ["excerpt"], ["target"], .number, "k-fold") }

private let usPatentPhraseMatching = Form.of(
    "US Patent Phrase Matching",
    [
        ("id", code), ("anchor", { "\(words[$0 % 14]) \(words[$0 % 9]) abatement" }), ("target", { text(3, $0) }),
        ("context", { "\(["A", "B", "C"][$0 % 3])\(10 + $0 % 40)" }),
        ("score", { ["0.0", "0.25", "0.5", "0.75", "1.0"][number($0, 1) % 5] }),
    ]
) { ($0.id, $0.texts, $0.label, $0.kind, $0.folds) = ("id", ["anchor", "target"], ["score"], .number, "k-fold") }

private let sharesOfLabels = Form.of(
    "shares of labels",
    [
        ("row_id", { "\($0)" }), ("question", { text(9, $0) }), ("answer", { text(14, $0) }),
        ("p_yes", { "0.\($0 % 9)" }), ("p_no", { $0 % 2 == 0 ? "0.1" : "0.10" }), ("p_maybe", { "0.\(9 - $0 % 9)" }),
    ]
) {
    ($0.id, $0.texts) = ("row_id", ["question", "answer"])
    ($0.label, $0.labels) = (["p_yes", "p_no", "p_maybe"], ["yes", "no", "maybe"])
}

private let weightsAndFolds = Form.of(
    "weights and folds",
    [
        ("Id", { "\($0)" }), ("title", { text(4, $0) }), ("body", { text(20, $0) }),
        ("weight", { "\(1 + Double($0 % 4) / 2)" }),
        ("label", { ["spam", "ham"][number($0, 1) % 2] }), ("kfold", { "\($0 % 4)" }),
    ]
) {
    ($0.id, $0.texts, $0.label, $0.labels, $0.folds) = (
        "Id", ["title", "body"], ["label"], ["ham", "spam"], "column"
    )
}

private let forms = [
    predictTheLlm, lmsysChatbotArena, detectAiGeneratedText, automatedEssayScoring, mapChartingStudentMisunderstandings,
    eedi, feedbackPrizeEll, jigsawToxicComments, commonlitReadability, usPatentPhraseMatching, sharesOfLabels,
    weightsAndFolds,
]

@Suite struct CompetitionTableTests {
    private func load(_ text: String) throws -> LoadedRecipe {
        try RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f") { _ in true }.load()
    }

    @Test(arguments: forms)
    private func aTableOfAKnownFormIsReadAsItsCompetitionMeansIt(_ form: Form) throws {
        let proposal = try TableProposal(form.table)
        #expect(proposal.id?.column == form.id)
        #expect(proposal.texts.map(\.column.column) == form.texts)
        #expect(proposal.target?.columns ?? [] == form.label)
        #expect(proposal.target?.labels ?? [] == form.labels)
        #expect(proposal.group?.column == form.group, "\(proposal.otherGroups)")
        let template = RecipeTemplate(fitting: proposal)
        let text = template.text(name: "mine", train: "train.csv", proposal: proposal)
        let recipe = try load(text).recipe
        #expect(recipe.folds.kind.rawValue == form.folds, "\(text)")
        #expect(text.contains("\n  target: \(form.kind.rawValue)\n") == (form.kind != .classes), "\(text)")
        #expect(template.undecided(proposal) == (form.label.isEmpty ? ["label"] : []))
    }

    @Test(arguments: forms)
    private func eachReadingBehindAMarkIsARecipeInPlaceOfTheOther(_ form: Form) throws {
        let proposal = try TableProposal(form.table)
        let lines = RecipeTemplate(fitting: proposal).text(name: "mine", train: "train.csv", proposal: proposal)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let begin = lines.indices.filter { lines[$0].contains("in place of label, target and labels") }
        #expect(begin.count == proposal.otherTargets.count)
        for place in begin {
            let own = lines[(place + 1)...].prefix { $0.hasPrefix("  #   ") }.map { String($0.dropFirst(6)) }
            let value = try #require(own.first { $0.hasPrefix("columns: {label: ") }).dropFirst(17).dropLast()
            var other: [String] = []
            for line in lines where !line.hasPrefix("  target: ") && !line.hasPrefix("  labels: ") {
                if line.hasPrefix("    label: ") {
                    other.append("    label: \(value)")
                } else if line.hasPrefix("folds: "), let folds = own.first(where: { $0.hasPrefix("folds: ") }) {
                    other.append(String(folds))
                } else if !line.hasPrefix("  final: ") {
                    other.append(line)
                }
                if line == "data:" {
                    other += own.filter { $0.hasPrefix("target: ") || $0.hasPrefix("labels: ") }.map { "  \($0)" }
                }
            }
            let text = other.filter { !$0.hasPrefix("metrics: ") }.joined(separator: "\n")
            #expect(throws: Never.self, "\(text)") { try load(text) }
        }
    }

    @Test func twoReadingsOfMAPAreThereAndOneIsBehindAMark() throws {
        let form = try #require(forms.first { $0.description.hasPrefix("MAP") })
        let others = try TableProposal(form.table).otherTargets
        #expect(others.map(\.columns) == [["{Category}:{Misconception}"], ["Misconception"]])
        #expect(others.first?.labels.contains("True_Correct:NA") == true && (others.first?.labels.count ?? 0) > 3)
    }

    @Test func aTableOfChoicesAsksForARowForEach() throws {
        let form = try #require(forms.first { $0.description == "Eedi" })
        let proposal = try TableProposal(form.table)
        #expect(proposal.notes.contains { $0.contains("MisconceptionAId") && $0.contains("a row for each choice") })
        #expect(proposal.otherTargets.map(\.columns) == [["CorrectAnswer"]])
    }

    @Test func whatIsStatedHolds() throws {
        let form = try #require(forms.first { $0.description == "Eedi" })
        let stated = StatedColumns(
            labels: ["CorrectAnswer"], texts: ["QuestionText", "AnswerAText"], group: "SubjectId")
        let proposal = try TableProposal(form.table, stated: stated)
        #expect(proposal.target?.labels == ["A", "B", "C", "D"] && proposal.group?.column == "SubjectId")
        #expect(proposal.texts.map(\.column.column) == ["QuestionText", "AnswerAText"] && proposal.notes.isEmpty)
        let several = try TableProposal(
            #require(forms.first { $0.description.hasPrefix("Jigsaw") }).table,
            stated: StatedColumns(labels: ["toxic", "insult"]))
        #expect(several.target?.kind == .multiLabel && several.target?.columns == ["toxic", "insult"])
    }

    @Test(arguments: [
        (["Answer"], "there is no column 'Answer'"), (["QuestionText"], "nothing can be learnt from 'QuestionText'"),
        (["CorrectAnswer", "SubjectId"], "nothing can be learnt from"),
    ])
    func whatCannotBeIsRefused(_ labels: [String], _ words: String) throws {
        let form = try #require(forms.first { $0.description == "Eedi" })
        let error = #expect(throws: TableProposal.Objection.self) {
            try TableProposal(form.table, stated: StatedColumns(labels: labels))
        }
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    @Test func twoColumnsThatAreAsLikelyAreBothWritten() throws {
        let form = Form(
            "",
            [
                ("text", { text(20, $0) }), ("colour", { "rgb".map(String.init)[$0 % 3] }),
                ("shape", { ["round", "flat"][$0 % 2] }),
            ])
        let proposal = try TableProposal(form.table)
        #expect(
            proposal.isGuess && proposal.target?.columns == ["shape"] && proposal.otherTargets[0].columns == ["colour"])
        #expect(proposal.notes.contains { $0.contains("as likely 'colour'") })
        let written = RecipeTemplate.classify.text(name: "mine", train: "t.csv", proposal: proposal)
        #expect(written.contains("# As likely, in place of label, target and labels"), "\(written)")
    }

    @Test func numbersOfRowsAreNoTarget() throws {
        let proposal = try TableProposal(
            Form("", [("Unnamed: 0", { "\($0)" }), ("text", { text(20, $0) }), ("qid1", { "\($0 / 2)" })]).table)
        #expect(proposal.target == nil && proposal.id == nil)
    }
}
