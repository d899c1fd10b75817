// Names in little room.

import Testing
import Words

@Suite struct AbbreviationTests {
    private let long = String(repeating: "the same beginning of a prompt, ", count: 8)
    private let end = String(repeating: " and the same end", count: 8)

    @Test func whatFitsStays() {
        #expect(Abbreviation.distinct(["tiny", "baseline"], most: 10) == ["tiny", "baseline"])
        #expect(Abbreviation.distinct([], most: 10) == [])
    }

    @Test func whatDiffersInTheMiddleShowsWhere() {
        let names = ["experienced", "impatient", "impartial"].map { long + $0 + end }
        let labels = Abbreviation.distinct(names, most: 40)
        #expect(Set(labels).count == 3)
        #expect(labels.allSatisfy { $0.count <= 40 })
        #expect(labels[0].contains("experienced") && labels[1].contains("impatient") && labels[2].contains("impartial"))
    }

    @Test func whatLooksAlikeEvenSoIsNumbered() {
        // Two pairs: each differs from its twin elsewhere than where the pairs part.
        let names = ["a", "b"].flatMap { first in ["x", "y"].map { long + first + long + $0 + end } }
        for most in [8, 12, 20, 40] {
            let labels = Abbreviation.distinct(names, most: most)
            #expect(Set(labels).count == 4, "\(labels)")
            #expect(labels.allSatisfy { $0.count <= most })
            #expect(Abbreviation.distinct(names, most: most) == labels)
        }
    }

    @Test func aShortNameThatLooksLikeAShortenedOneStaysApart() {
        let name = long + end
        let shortened = Abbreviation.distinct([name], most: 20)[0]
        let labels = Abbreviation.distinct([name, shortened], most: 20)
        #expect(Set(labels).count == 2)
    }

    @Test func equalNamesStayEqual() {
        let labels = Abbreviation.distinct([long, long, end], most: 20)
        #expect(labels[0] == labels[1] && labels[0] != labels[2])
    }
}
