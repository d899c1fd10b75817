// The rules that are checked on a plan. Each is declared beside the check that finds it broken.

package import Diagnostics

package enum PlanFindings {
    package static let all: [FindingRule] = [
        .mayReadLabels, .testBesideOutOfFold,
    ]
}
