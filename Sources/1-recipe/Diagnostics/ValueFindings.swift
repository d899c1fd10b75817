// The rules about a single value that every reader of texts shares. Knows no key.

package enum ValueFindings {
    package static let all: [FindingRule] = [.wrongType, .unknownValue, .outOfRange]
}

extension FindingRule {
    package static let wrongType = FindingRule(
        "wrong-type", .keys, "The value is of another type than the key takes.",
        "Nothing is converted in silence: `\"5\"` is a text, and `5` a number.")
    package static let unknownValue = FindingRule(
        "unknown-value", .keys, "The key takes one of a few words, and this is none of them.",
        "The words are case-sensitive; recipe-reference.md says what each of them does.")
    package static let outOfRange = FindingRule(
        "out-of-range", .keys, "A number, or the length of a list, is outside its bounds.",
        "The bounds keep out what cannot be computed, or what nobody means.")
}
