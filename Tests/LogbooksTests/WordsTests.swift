// Values in words: each reason and finding reads as a sentence.

import Digests
import Scores
import Statistics
import Testing

@testable import Logbooks
@testable import Results

@Suite struct WordsTests {
    @Test func labelsThatNoModelCouldLearnAreNamed() {
        let labels = ["a", "b", "c", "d"]
        let (alone, absent) = (UnseenLabel(label: 2, fold: 0, rows: 2), UnseenLabel(label: 3, fold: nil, rows: 0))
        #expect(alone.clause(alone.name(labels)) == "label c stands in fold 0 alone (2 rows)")
        let nothing = "no row of the training table that counts has the label d"
        #expect(absent.clause(absent.name(labels)) == nothing)
        #expect(UnseenLabel.consequence([absent], labels) == nil)
        #expect(UnseenLabel.consequence([alone, absent], labels)?.hasPrefix("label c stands in fold 0 alone") == true)
        func text(_ finding: StepWarning.Finding) -> String {
            StepWarning(step: 0, address: "folds/split", finding: finding).text
        }
        #expect(text(.absent(["d"])) == "\(nothing): nothing is learnt of it")
        let many = text(.absent((1...9).map { "l\($0)" }))
        #expect(many.hasSuffix("has the labels l1, l2, l3, l4, l5, l6 and 3 more: nothing is learnt of them"))
        #expect(text(.unseen(alone, name: "c")) == UnseenLabel.consequence([alone], labels))
        let later = UnseenLabel(label: 2, fold: 1, rows: 3, comesLater: true)
        #expect(later.clause("c") == "label c has no row before fold 1 (3 rows there)")
        let rare = RareLabel(label: 1, rows: 2, folds: [0, 2], foldCount: 3, scoredRows: 90)
        #expect(
            text(.rare(rare, name: "b")).hasPrefix(
                "label b has 2 rows, fewer than the 3 folds, and stands in folds 0, 2 alone: "))
        #expect(text(.rare(rare, name: "b")).contains("counts as 2 of 90"))
        #expect(text(.recorded("as the step said it")) == "as the step said it")
    }

    @Test func aReasonNotToCompareNamesMetricsByTheirTitles() {
        #expect(
            ComparisonRefusal.otherMetric("log-loss", "accuracy").text
                == "Not compared: one is judged by log loss, the other by accuracy.")
        #expect(ComparisonRefusal.notRecorded(metric: "log-loss").text.contains("or log loss is not defined"))
    }

    @Test func aTableOfRecipesHasFewerWordsThanADifference() {
        let row = AcrossRecipes.Row(recipe: "r", result: nil, comparison: nil, refusal: .otherFolds)
        #expect(row.refusalText == "scored on other folds")
        #expect(ComparisonRefusal.otherFolds.text == "not compared: the two were scored on different folds")
    }

    @Test func aCommandIsWhatAShellTakes() {
        let command = Suggestion.Command(
            recipe: "my recipe.yaml", settings: [("stack.a-b", "{average: [a, b]}"), ("rounds", "1")], steps: ["a/**"])
        #expect(
            command.text == "ablate run 'my recipe.yaml' --set 'stack.a-b={average: [a, b]}' --set rounds=1 'a/**'")
    }

    @Test func whatToTrySaysWhy() {
        func sentence(_ reason: Suggestion.Reason) -> String {
            Suggestion(reason: reason, command: nil, seconds: nil, isOnGPU: false).sentence
        }
        #expect(sentence(.missing(steps: 1)) == "1 step of the recipe has not been run.")
        #expect(
            sentence(.helping([("rank=8", "rank")], of: "tiny"))
                == "rank=8 (rank) helps tiny: take it over into the recipe.")
        #expect(
            sentence(.rounds(of: "final", isWorse: true, difference: -0.01, best: 0))
                == "Pseudo-labels make final worse (\u{2212}0.0100): hand in that of the first pass.")
        #expect(sentence(.betterWithout(member: "a", of: "both", gain: 0.5)).hasSuffix("without a (by 0.5000)."))
        #expect(
            sentence(.cut(model: "tiny", text: "answer", share: 0.25, length: 64))
                == "25 % of the answers that tiny reads are cut at 64 tokens.")
    }

    @Test func aSettingThatWasOtherwiseSaysHow() {
        #expect(History.Change.changed("lora.rank", was: 2, is: nil).text == "lora.rank was 2, is not there")
        #expect(History.Change.changed("folds.by", was: "a", is: "b").text == "folds.by was a, is b")
        #expect(History.Change.gone("models.tiny").text == "models.tiny is gone")
    }

    @Test(arguments: [
        (Double(0), "1970-01-01"), (951_782_400, "2000-02-29"), (1_795_910_400, "2026-11-29"), (-1, "1969-12-31"),
    ])
    func aDayIsThatOfTheCalendar(_ seconds: Double, _ day: String) {
        let accepted = Provenance.AcceptedOutput(
            address: "a", from: Digest(of: ""), by: "ada@host", at: seconds, reason: "only a comment changed")
        #expect(accepted.words == "an older output, accepted on \(day) by ada@host: only a comment changed")
    }
}
