import Diagnostics
import Nodes
import Testing

private func codes(_ text: String, _ limit: Limit = Limit()) -> [String] {
    do {
        return try Document(parsing: SourceFile(name: "t.yaml", text: text), limit: limit).findings.map(\.code)
    } catch {
        return error.all.map(\.code)
    }
}

/// Each limit at its edge, and one step beyond.
@Suite struct LimitTests {
    @Test func bytes() {
        var limit = Limit()
        limit.bytes = 4
        #expect(codes("a: 1", limit).isEmpty)
        #expect(codes("a: 11", limit) == ["too-large"])
        #expect(codes(String(repeating: "a: [1, 2]\n", count: 1_048_576)) == ["too-large"])
    }

    @Test func depth() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + "x" + String(repeating: "]", count: levels)
        }
        #expect(codes(nested(64)).isEmpty)
        #expect(codes(nested(65)) == ["too-deep"])
        #expect(codes("- &a \(nested(32))\n- &b \(nested(31).replacing("x", with: "*a"))\n- *b\n").isEmpty)
        #expect(codes("- &a \(nested(32))\n- \(nested(32).replacing("x", with: "*a"))\n") == ["too-deep"])
    }

    @Test func nodes() {
        var limit = Limit()
        limit.nodes = 10
        #expect(codes("[1, 2, 3, 4, 5, 6, 7, 8, 9]", limit).isEmpty)
        #expect(codes("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", limit) == ["too-many-nodes"])
        #expect(codes("[&a [1, 2, 3, 4], *a]", limit) == ["too-many-nodes"])
        #expect(codes("[&a [1, 2, 3], *a, 1]", limit).isEmpty)
    }

    @Test func directives() {
        func text(_ count: Int) -> String {
            (0..<count).map { "%TAG !t\($0)! x\n" }.joined() + "---\na: \"%TAG\"\n"
        }
        #expect(codes(text(64)).isEmpty)
        #expect(codes(text(65)) == ["too-many-directives"])
        #expect(codes(text(65).replacing("\n", with: "\u{2028}")) == ["too-many-directives"])
    }

    @Test func findings() {
        func text(_ count: Int) -> String { String(repeating: "a: 1\n", count: count + 1) }
        #expect(codes(text(100)).count == 100)
        #expect(codes(text(101)).suffix(2) == ["duplicate-key", "too-many-findings"])
    }

    @Test func aliasBombsAreRefusedBeforeTheyAreBuilt() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...60 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
        }
        #expect(codes(text) == ["too-many-nodes"])
    }

    /// The best of three: the machine may be busy with something else once.
    @Test func aHundredThousandBracketsAreRefusedInUnderATenthOfASecond() {
        let file = SourceFile(name: "t.yaml", text: String(repeating: "[", count: 100_000))
        let best = (0..<3).map { _ in
            let start = ContinuousClock.now
            #expect(throws: Findings.self) { try Document(parsing: file) }
            return start.duration(to: .now)
        }.min()!
        #expect(best < .milliseconds(100))
    }

    /// Twice the keys may take twice the time and some more; a quadratic reader takes four times as long.
    @Test func timeGrowsWithTheNumberOfKeysAndNoFaster() {
        func seconds(_ keys: Int) -> Double {
            let file = SourceFile(name: "t.yaml", text: (0..<keys).map { "key\($0): \($0)\n" }.joined())
            return (0..<3).map { _ in
                let start = ContinuousClock.now
                _ = try? Document(parsing: file)
                return start.duration(to: .now) / .seconds(1)
            }.min()!
        }
        #expect(seconds(40_000) < 10 * seconds(10_000))
    }
}
