// Parameters of steps: what is declared, and what is left out so that keys stay what they were.

import Digests
import Testing

@testable import Plans
@testable import Recipes

@Suite struct ParameterTests {
    private struct Inner: Sendable {
        var size = 3
        var young = false
        static let declaration = Declaration(
            "Inner.", initial: { Inner() },
            keys: [
                Key("size", \.size, .integer(1...9), "A key as old as its mapping."),
                Key("young", \.young, .boolean, asBefore: false, "A key that came later."),
            ])
    }

    private struct Example: Sendable {
        var inner = Inner()
        var count: Int?
        var isYoung = "off"
        static let parameters: [Parameter<Example>] = [
            Parameter("inner", \.inner, Inner.declaration.shape, "A mapping."),
            Parameter("count", nullable: \.count, .integer(1...9), "Null where there is none."),
            Parameter("also", optional: \.count, .integer(1...9), "Left out where there is none."),
            Parameter("young", \.isYoung, .text(), asBefore: "off", "Left out while it is off."),
        ]
        var encoded: JSON {
            var members: [String: JSON] = [:]
            for parameter in Self.parameters { members[parameter.name] = parameter.encode(self) }
            return .object(members)
        }
    }

    @Test func whatIsAsBeforeIsLeftOutOfKeysAndNotOfWhatIsShown() {
        #expect(Example().encoded == ["inner": ["size": 3], "count": .null])
        #expect(Inner.declaration.shape.encode(Inner()) == ["size": 3, "young": false])
        let other = Example(inner: Inner(size: 3, young: true), count: 2, isYoung: "on")
        #expect(other.encoded == ["inner": ["size": 3, "young": true], "count": 2, "also": 2, "young": "on"])
    }

    @Test(arguments: StepKind.declared.map { $0.kind.rawValue })
    func everyKindDeclaresEachParameterOnceWithASentence(_ name: String) throws {
        let body = try #require(StepKind.declared.first { $0.kind.rawValue == name })
        let declared = try #require(body.declaration.array)
        let names = declared.compactMap { $0["name"]?.string }
        #expect(Set(names).count == names.count && names.count == declared.count)
        for parameter in declared {
            #expect(parameter["about"]?.string?.hasSuffix(".") ?? false, "\(name): \(parameter["name"]?.string ?? "")")
            #expect(parameter["required"] == true || parameter["as_before"] != nil || parameter["schema"] != nil)
        }
    }

    @Test func kindsAreFoundByTheirNames() {
        #expect(StepKind.allCases.count == Set(StepKind.allCases.map(\.rawValue)).count)
        #expect(StepKind(rawValue: "pseudo-label") == PseudoLabelStep.kind)
        #expect(StepKind(rawValue: "no-such-kind") == nil)
    }
}
