// What each verb takes and refuses, and the exit code of whatever goes wrong: no process, no file.

import ArgumentParser
import Diagnostics
import Host
import Recipes
import Testing
import Workers

@testable import CommandLine

@Suite struct ArgumentTests {
    private func code(_ arguments: [String]) -> Int32 {
        do {
            _ = try Ablate.parseAsRoot(arguments)
            return 0
        } catch {
            return Ablate.exitCode(for: error).rawValue
        }
    }

    @Test(arguments: [
        ["init"], ["init", "train.csv", "--template", "predict-the-llm"], ["check", "a.yaml", "b.yaml", "--sarif"],
        ["plan", "a.yaml", "--set", "folds.count=3", "--set", "models.m.seeds=[1, 2]"],
        ["why", "a.yaml", "m/fold-0/fit"],
        ["run", "a.yaml", "--only", "base"], ["run", "a.yaml", "--ablation", "rank", "--ablation", "size"],
        ["diff", "a.yaml"], ["diff", "a.yaml", "m", "n"], ["accept", "a.yaml", "m/**", "--reason", "a comment"],
        ["accept", "a.yaml", "--list"], ["status", "a.yaml@3"], ["store", "gc", "--dry-run"], ["doctor"],
        ["logbook", "a.yaml", "--serve", "--host", "::1"], ["logbook", "a.yaml", "--serve", "--host", "localhost"],
    ])
    func whatAVerbTakes(_ arguments: [String]) {
        #expect(code(arguments) == 0)
    }

    @Test(arguments: [
        ["logbook", "a.yaml", "--serve", "--host", "nosuch"], ["logbook", "a.yaml", "--serve", "--host", "127.1"],
        ["fly"], ["check"], ["why", "a.yaml"], ["init", "--template", "novel"],
        ["check", "a.yaml", "--json", "--sarif"],
        ["run", "a.yaml", "--only", "base", "--all"], ["run", "a.yaml", "--only", "some"], ["diff"],
        ["diff", "a", "b", "c", "d"], ["accept", "a.yaml", "m"], ["accept", "a.yaml", "m", "--reason", " "],
        ["accept", "a.yaml", "--list", "m"], ["accept", "a.yaml", "--reason", "x"],
        ["accept", "a.yaml", "m", "--reason", "x", "--record", "abc"],
    ])
    func whatAVerbRefusesIsAMistakeOfUsage(_ arguments: [String]) {
        #expect(code(arguments) == ExitStatus.usage.rawValue)
    }

    @Test(
        arguments: [
            ("a.yaml", "a.yaml", nil), ("a.yaml@3", "a.yaml", .number(3)), ("b/a.yaml@last", "b/a.yaml", .last),
            ("a.yaml@three", "a.yaml@three", nil), ("you@home/a.yaml", "you@home/a.yaml", nil),
            ("a@1.yaml@2", "a@1.yaml", .number(2)),
        ] as [(String, String, RunName.Which?)])
    func aRunIsNamedBehindItsRecipe(_ text: String, _ recipe: String, _ run: RunName.Which?) {
        let name = RunName(text)
        #expect(name.recipe == recipe && name.run == run)
    }
}

@Suite struct ExitStatusTests {
    @Test(
        arguments: [
            (ErrorClass.usage, 64), (.invalid, 65), (.refused, 65), (.missing, 66), (.unavailable, 69), (.denied, 69),
            (.full, 69), (.foreign, 69), (.failed, 69), (.exists, 73), (.busy, 75), (.incomplete, 1), (.changed, 1),
            (.damaged, 1),
        ] as [(ErrorClass, Int32)])
    func everyClassOfErrorHasItsCode(_ kind: ErrorClass, _ code: Int32) {
        #expect(ExitStatus.code(for: kind).rawValue == code)
        #expect(Failure.code(of: AblateError(kind, "it went wrong")).rawValue == code)
    }

    @Test(
        arguments: [
            (FailureClass.invalidInput, 65), (.missingInput, 66), (.unavailable, 69), (.cancelled, 130),
            (.outOfMemory, 1),
            (.crashed, 1), (.timeout, 1),
        ] as [(FailureClass, Int32)])
    func aFailureOfAWorkerOutsideARunHasItsCode(_ kind: FailureClass, _ code: Int32) {
        #expect(Failure.code(of: StepFailure(class: kind, message: "no")).rawValue == code)
    }

    @Test func aRecipeThatLacksFilesAloneIsValid() {
        func code(_ rules: FindingRule...) -> Int32 {
            Failure.code(of: Findings(rules.map { Finding($0, "wrong", at: nil) })).rawValue
        }
        let own = FindingRule("own", .keys, "Wrong.", "So it is.")
        let remark = FindingRule("remark", .keys, .warning, "Odd.", "So it is.")
        #expect(code(.missingFile, .missingFile) == 66)
        #expect(code(.missingFile, remark) == 66)
        #expect(code(.missingFile, own) == 65)
        #expect(code(own) == 65)
    }
}
