// What the command's exit code says. Scripts depend on these numbers.

internal import ArgumentParser

enum ExitStatus {
    static let stepFailed = ExitCode(1)
    static let refused = ExitCode(1)
    static let changesPending = ExitCode(2)
    static let invalidRecipe = ExitCode(65)
    static let missingInput = ExitCode(66)
    static let unavailable = ExitCode(69)
    static let interrupted = ExitCode(130)
}
