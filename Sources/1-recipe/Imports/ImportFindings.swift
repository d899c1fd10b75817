// The rules about other tools' configurations. Each is declared beside the code that finds it broken.

package import Diagnostics

package enum ImportFindings {
    package static let all: [FindingRule] = [
        .notAConfig, .configsDisagree, .otherProblem, .severalLabels,
    ]
}
