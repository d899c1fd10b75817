// What a sample submission asks for, and the lines that follow.

import Foundation
import Formats
import Targets
import Testing

@Suite struct SubmissionFormTests {
    private static let three = ["a", "b", "c"]
    private static let values = [[0.2, 0.5, 0.3], [0.25, 0.25, 0.5]]

    /// The lines of a submission of two rows, `x` and `y`, as text.
    private func submitted(
        _ sample: String, _ kind: Target.Kind = .classes, labels: [String] = three, form: String? = nil,
        values: [[Double]] = values
    ) throws -> [String] {
        let table = try SampleTable(reading: Array(sample.utf8), name: "the sample")
        let asked = try table.form(kind, labels: labels, id: "id", cells: form.flatMap { SubmissionCells($0) })
        let lines = try table.lines(asked, of: ["x", "y"]) { row in
            let best = values[row].indices.min { values[row][$0] > values[row][$1] }
            return asked.rows(
                of: ["x", "y"][row], values[row], predicted: kind.form.isOfOneLabel ? best : nil, kind.form)
        }
        return [asked.header.joined(separator: ",")] + lines.map { $0.joined(separator: ",") }
    }

    @Test func eachFormHasItsLines() throws {
        let wide = "id,a,b,c\nx,0,0,0\ny,0,0,0\n"
        #expect(try submitted(wide) == ["id,a,b,c", "x,0.2,0.5,0.3", "y,0.25,0.25,0.5"])
        #expect(try submitted(wide, form: "one-hot") == ["id,a,b,c", "x,0,1,0", "y,0,0,1"])
        // Of equal ones the first label comes first.
        #expect(try submitted(wide, form: "ranks") == ["id,a,b,c", "x,3,1,2", "y,2,3,1"])
        #expect(try submitted("id,who\ny,a\nx,a\n") == ["id,who", "y,c", "x,b"])
        #expect(try submitted("id,who\nx,a b\ny,a b\n") == ["id,who", "x,b c", "y,c a"])
        #expect(try submitted("id,who\nx,a\ny,a\n", form: "ranked@3") == ["id,who", "x,b c a", "y,c a b"])
        // The id need not come first.
        #expect(try submitted("who,id\na,x\na,y\n") == ["who,id", "b,x", "c,y"])
    }

    @Test func aLineForEachIdAndLabel() throws {
        let long =
            "id,which,value\n" + ["y", "x"].flatMap { id in ["c", "a", "b"].map { "\(id),\($0),0\n" } }.joined()
        #expect(
            try submitted(long) == [
                "id,which,value", "y,c,0.5", "y,a,0.25", "y,b,0.25", "x,c,0.3", "x,a,0.2", "x,b,0.5",
            ])
        #expect(try submitted(long, form: "one-hot").suffix(3) == ["x,c,0", "x,a,0", "x,b,1"])
        let joined = "id,value\n" + ["x", "y"].flatMap { id in Self.three.map { "\(id)_\($0),0.5\n" } }.joined()
        #expect(try submitted(joined).prefix(4) == ["id,value", "x_a,0.2", "x_b,0.5", "x_c,0.3"])
        #expect(try submitted(joined, .multiLabel, form: "label").prefix(4) == ["id,value", "x_a,0", "x_b,1", "x_c,0"])
        for (change, words) in [
            ("y,b,0", "lacks the id \"y\" with the label \"b\""), ("x,a,0", "the id \"x\" with the label \"a\""),
        ] {
            let short = long.replacingOccurrences(of: "\(change)\n", with: "")
            #expect { try submitted(short) } throws: { "\($0)".contains(words) }
        }
        #expect { try submitted(long + "x,a,0\n") } throws: { "\($0)".contains("of row 5") }
        #expect { try submitted(long.replacingOccurrences(of: "x,", with: "z,")) } throws: {
            "\($0)".contains("row 4 of the sample has the id \"z\" with the label \"c\", which the test table lacks")
        }
    }

    @Test func oneProbabilityOfTwoLabels() throws {
        let (labels, values) = (["human", "ai"], [[0.25, 0.75], [0.5, 0.5]])
        func found(_ sample: String, form: String? = nil) throws -> [String] {
            try submitted(sample, labels: labels, form: form, values: values)
        }
        #expect(try found("id,generated\nx,0.1\ny,0.1\n") == ["id,generated", "x,0.75", "y,0.5"])
        #expect(try found("id,p_human\nx,0.1\ny,0.1\n") == ["id,p_human", "x,0.25", "y,0.5"])
        #expect(try found("id,who\nx,ai\ny,ai\n") == ["id,who", "x,ai", "y,human"])
    }

    /// 0 and 1 are labels, and probabilities as well: nothing is guessed.
    @Test func whatMayBeALabelOrAProbabilityIsAsked() throws {
        let (labels, values) = (["0", "1"], [[0.25, 0.75], [0.75, 0.25]])
        let sample = "id,target\nx,0\ny,0\n"
        #expect { try submitted(sample, labels: labels, values: values) } throws: {
            "\($0)".contains("may be a label or a probability of \"1\"") && "\($0)".contains("form: label")
        }
        #expect(
            try submitted(sample, labels: labels, form: "label", values: values) == ["id,target", "x,1", "y,0"])
        #expect(
            try submitted(sample, labels: labels, form: "probabilities", values: values)
                == ["id,target", "x,0.75", "y,0.25"])
        // A probability that is neither settles it.
        #expect(
            try submitted("id,target\nx,0\ny,0.5\n", labels: labels, values: values)
                == ["id,target", "x,0.75", "y,0.25"])
    }

    @Test(
        arguments: [
            ("id,who\nx,0.5\ny,0.5\n", nil), ("id,who\nx,z\ny,z\n", nil), ("id,who\nx,a a\ny,a\n", nil),
            ("id,a,b,c\nx,0,0,0\n", "label"), ("id,a,b,c\nx,0,0,0\n", "ranked@2"), ("id,who\nx,a\n", "ranks"),
            ("id,which,value\nx,a,0\nx,b,0\nx,c,0\n", "label"),
        ] as [(String, String?)])
    func whatFitsNoFormIsRefused(_ sample: String, _ form: String?) {
        #expect(throws: FormatError.self) { try submitted(sample, form: form) }
    }

    @Test func theTruthStandsInTheSameForm() throws {
        func truth(_ sample: String, _ form: String? = nil) throws -> [[String]] {
            try SampleTable(reading: Array(sample.utf8), name: "s")
                .form(.classes, labels: Self.three, id: "id", cells: form.flatMap { SubmissionCells($0) })
                .rows(of: "x", truth: 1)
        }
        #expect(try truth("id,a,b,c\nx,0,0,0\n") == [["x", "0", "1", "0"]])
        #expect(try truth("id,who\nx,a\ny,c\n") == [["x", "b"]])
        #expect(try truth("id,who\nx,a b\n") == [["x", "b"]])
        let numbers = SubmissionForm(.number, labels: ["u", "v"], id: "id", label: "l", cells: nil)
        #expect(
            numbers.header == ["id", "u", "v"] && numbers.rows(of: "x", truths: [2, -0.5]) == [["x", "2", "-0.5"]])
    }

    @Test func whatATargetHasNotIsRefused() {
        #expect(SubmissionCells.ranked(3).refusal(of: .classes) == nil)
        #expect(SubmissionCells.label.refusal(of: .multiLabel) == nil)
        #expect(SubmissionCells.ranked(3).refusal(of: .multiLabel) != nil)
        for cells in [SubmissionCells.label, .oneHot, .ranks, .ranked(1)] {
            #expect(cells.refusal(of: .number) != nil)
            #expect { try submitted("id,a,b,c\nx,0,0,0\ny,0,0,0\n", .number, form: "label") } throws: {
                "\($0)".contains("numbers have no labels")
            }
        }
    }

    @Test func wordsOfTheForms() {
        #expect(SubmissionCells("ranked@3") == .ranked(3) && SubmissionCells("one-hot") == .oneHot)
        for word in ["ranked", "ranked@0", "ranked@03", "ranked@1000", "labels", ""] {
            #expect(SubmissionCells(word) == nil, "\(word)")
        }
    }
}
