import Diagnostics
import Digests
import Foundation
import Imports
import Nodes
import Plans
import Recipes
import Testing

/// Every rule of every module.
private let rules = ValueFindings.all + NodeFindings.all + RecipeFindings.all + PlanFindings.all + ImportFindings.all

@Suite struct FindingRuleTests {
    @Test func codesAreUniqueAndStable() {
        let codes = rules.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.wholeMatch(of: #/[a-z0-9]+(-[a-z0-9]+)*/#) != nil })
        #expect(Set(rules.map(\.chapter)) == Set(FindingRule.Chapter.allCases))
    }

    @Test func titleAndExplanationAreSentences() {
        for rule in rules {
            #expect(rule.title.hasSuffix(".") && rule.explanation.hasSuffix("."), "\(rule.code)")
        }
    }

    /// A rule that is declared and stands in no list would be missing in the documentation; a code that is written a second time
    /// could differ from the first.
    @Test func everyDeclaredRuleStandsInAListAndEveryCodeOnce() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        var text = ""
        let walk = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        for case let file as URL in walk where file.pathExtension == "swift" {
            text += try String(contentsOf: file, encoding: .utf8)
        }
        let declared = text.matches(of: #/ = FindingRule\(\s*"([a-z0-9-]+)"/#).map { String($0.1) }
        #expect(declared.sorted() == rules.map(\.code).sorted())
        #expect(text.firstMatch(of: #/\bFinding\(\s*"/#) == nil, "a finding of a code instead of a rule")
    }

    @Test func aFindingHasTheSeverityOfItsRuleUnlessItSaysOtherwise() {
        let rule = FindingRule("strange", .keys, .warning, "It is strange.", "Look at it.")
        #expect(Finding(rule, "strange", at: nil).severity == .warning)
        #expect(Finding(rule, "strange", at: nil, severity: .error).severity == .error)
    }

    @Test func aSARIFLogDescribesTheRulesThatItsFindingsBreak() {
        let one = FindingRule("one", .keys, "One.", "Because of one.")
        let two = FindingRule("two", .keys, "Two.", "Because of two.")
        let log = FindingSARIF.document(
            [Finding(two, "b", at: nil), Finding(one, "a", at: nil), Finding(two, "c", at: nil)], version: "1")
        let run = log["runs"]?.array?.first
        let described = run?["tool"]?["driver"]?["rules"]?.array
        #expect(described?.map { $0["id"]?.string } == ["one", "two"])
        #expect(described?.map { $0["fullDescription"]?["text"]?.string } == ["Because of one.", "Because of two."])
        #expect(run?["results"]?.array?.map { $0["ruleIndex"]?.integer } == [1, 0, 1])
    }
}
