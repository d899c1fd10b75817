// Which column of a sample is which label's.

import Formats
import Targets
import Testing

@Suite struct SampleColumnsTests {
    private func columns(_ header: [String], _ labels: [String], id: String = "id") throws -> [String] {
        let found = try SampleColumns(header: header, labels: labels, id: id, name: "sample.csv")
        return found.columns.map { header[$0] }
    }

    @Test func idsAreToldApartByTheirBytes() throws {
        let (one, two) = ("\u{e9}", "e\u{301}")
        let sample = try SampleTable(reading: Array("id,a,b\n\(two),0,1\n\(one),0,1\n".utf8), name: "sample.csv")
        #expect(
            try sample.order(sample.form(.classes, labels: ["a", "b"], id: "id", cells: nil), in: [one, two]) == [1, 0])
    }

    @Test(arguments: [
        // Alone, after a beginning, before an end, between both.
        (["b", "a", "c"], ["a", "b", "c"], ["a", "b", "c"]),
        (["winner_tie", "winner_a", "winner_b"], ["a", "b", "tie"], ["winner_a", "winner_b", "winner_tie"]),
        (["tie_p", "a_p", "b_p"], ["a", "b", "tie"], ["a_p", "b_p", "tie_p"]),
        (["p(tie)", "p(a)", "p(b)"], ["a", "b", "tie"], ["p(a)", "p(b)", "p(tie)"]),
        (["y_1", "y_0"], ["0", "1"], ["y_0", "y_1"]),
        (["1", "0"], ["0", "1"], ["0", "1"]),
        // The alphabet's order of numbers.
        (
            ["t_0", "t_1", "t_10", "t_2", "t_3", "t_4", "t_5", "t_6", "t_7", "t_8", "t_9"], (0...10).map { "\($0)" },
            (0...10).map { "t_\($0)" }
        ),
        // A label that is the end of another.
        (["xba", "xa"], ["a", "ba"], ["xa", "xba"]),
        (["aaa", "aa"], ["a", "aa"], ["aa", "aaa"]),
        // Signs and capitals, leading zeros, words at the end.
        (["winner_model_b", "winner_model_a"], ["Model A", "Model B"], ["winner_model_a", "winner_model_b"]),
        (["class_01", "class_00"], ["0", "1"], ["class_00", "class_01"]),
        (
            ["winner_tie", "winner_model_b", "winner_model_a"], ["A", "B", "tie"],
            [
                "winner_model_a", "winner_model_b", "winner_tie",
            ]
        ),
        (["prob_dog", "is_cat"], ["cat", "dog"], ["is_cat", "prob_dog"]),
        (["y_1", "y_-1"], ["-1", "1"], ["y_-1", "y_1"]),
        (["y 1", "y -1"], ["-1", "1"], ["y -1", "y 1"]),
        (["Größe_ä", "Größe_ö"], ["ö", "ä"], ["Größe_ö", "Größe_ä"]),
        // No name of any label: the order of the labels.
        (["x", "y", "z"], ["0", "1", "2"], ["x", "y", "z"]),
        (
            ["winner_model_a", "winner_model_b", "winner_tie"], ["0", "1", "2"],
            [
                "winner_model_a", "winner_model_b", "winner_tie",
            ]
        ),
    ])
    func columnsAreToldByTheirNames(_ names: [String], _ labels: [String], _ expected: [String]) throws {
        #expect(try columns(["id"] + names, labels) == expected)
        // Wherever the id's column stands.
        #expect(try columns(names + ["id"], labels) == expected)
        #expect(try columns(["row"] + names, labels) == expected)
    }

    @Test func everyOrderOfTwelveNumbersFindsItsWay() throws {
        let labels = (0..<12).map { "\($0)" }
        var generator = SplitMix(state: 7)
        for _ in 0..<200 {
            let shuffled = labels.shuffled(using: &generator).map { "target_\($0)" }
            #expect(try columns(["id"] + shuffled, labels) == labels.map { "target_\($0)" })
        }
    }

    @Test(arguments: [
        // Names like other labels.
        (["y_1", "y_2"], ["0", "1"]), (["p1", "p2", "p3"], ["0", "1", "2"]), (["cat", "wolf"], ["cat", "dog"]),
        (["model_b", "tie", "other"], ["a", "b", "tie"]),
        // Two columns of one name.
        (["y_0", "y_0"], ["0", "1"]), (["x", "x"], ["0", "1"]),
        // A minus is no hyphen.
        (["p_1", "p_0"], ["-1", "1"]),
    ])
    func aPermutationThatNamesDoNotTellIsRefusedWithBothOrders(_ names: [String], _ labels: [String]) {
        #expect {
            try columns(["id"] + names, labels)
        } throws: { error in
            let text = "\(error)"
            return text.contains("sample.csv") && text.contains(names.joined(separator: ", "))
        }
    }

    @Test func aColumnForEachLabelIsNeeded() {
        #expect { try columns(["id", "generated"], ["0", "1"]) } throws: {
            "\($0)".contains("one column for values, \"generated\"") && "\($0)".contains("2 labels 0, 1")
        }
        #expect(throws: FormatError.self) { try columns(["id", "a", "b", "Usage"], ["a", "b"]) }
        #expect(throws: FormatError.self) { try columns(["id"], ["a", "b"]) }
        #expect(throws: FormatError.self) { try columns([], ["a", "b"]) }
    }
}

@Suite struct NumberedSampleColumnsTests {
    /// Labels by their numbers, or something else: in another order than theirs the place means nothing.
    @Test(arguments: [["2", "0", "1"], ["p_2", "p_0", "p_1"], ["3", "1", "2"]])
    func numbersInAnotherOrderAreRefused(_ names: [String]) {
        #expect(throws: FormatError.self) {
            try SampleColumns(header: ["id"] + names, labels: ["a", "b", "c"], id: "id", name: "sample.csv")
        }
    }

    @Test(arguments: [["0", "1", "2"], ["p_1", "p_2", "p_3"], ["one", "two", "three"], ["q_9", "q_10", "q_11"]])
    func thoseInOrderAreTakenByPlace(_ names: [String]) throws {
        let columns = try SampleColumns(header: ["id"] + names, labels: ["a", "b", "c"], id: "id", name: "sample.csv")
        #expect(columns.columns == [1, 2, 3] && !columns.isByName)
    }
}
