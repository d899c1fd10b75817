// The rules about a text as YAML. Each is declared beside the code that finds it broken.

package import Diagnostics

package enum NodeFindings {
    package static let all: [FindingRule] = [
        .malformedYAML, .notUTF8, .notUTF16, .emptyDocument, .severalDocuments, .duplicateKey, .complexKey,
        .unknownTag, .badTag, .badMerge, .unknownAlias, .aliasCycle, .tooLarge, .tooDeep, .tooManyNodes,
        .tooManyDirectives, .tooManyFindings,
    ]
}
