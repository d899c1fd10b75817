// Lines of a worker, good and bad.

import Digests
import Testing
import Workers

@Suite struct WorkerMessageTests {
    @Test func aProgressLineIsRead() throws {
        guard
            case .progress(let done, let total, let unit, let message) = try WorkerEvent(
                line: #"{"event":"progress","done":3,"total":9,"unit":"steps","message":"epoch 1"}"#)
        else {
            Issue.record("no progress")
            return
        }
        #expect((done, total, unit, message) == (3, 9, "steps", "epoch 1"))
    }

    @Test func anErrorKeepsClassRowAndColumn() throws {
        guard
            case .error(let failure) = try WorkerEvent(
                line: #"{"event":"error","class":"invalid-input","message":"m","row":12,"column":"target"}"#)
        else {
            Issue.record("no error")
            return
        }
        #expect((failure.class, failure.message, failure.row, failure.column) == (.invalidInput, "m", 12, "target"))
    }

    @Test func aNumberThatIsNoNumberIsNoValue() throws {
        guard
            case .metric(_, let value, let at) = try WorkerEvent(
                line: #"{"event":"metric","name":"loss","value":null,"at":4}"#)
        else {
            Issue.record("no metric")
            return
        }
        #expect(value == nil && at == 4)
    }

    @Test func aNoteIsRead() throws {
        guard case .note(let text) = try WorkerEvent(line: #"{"event":"note","text":"begins anew"}"#) else {
            Issue.record("no note")
            return
        }
        #expect(text == "begins anew")
    }

    @Test(arguments: [
        "", "hello", "[1]", #"{"event":"hello","protocol":2}"#, #"{"event":"dance"}"#, #"{"event":"result"}"#,
        #"{"event":"note"}"#,
        #"{"event":"progress","done":1}"#,
    ])
    func whatTheProtocolDoesNotHaveIsAViolation(_ line: String) {
        #expect { try WorkerEvent(line: line) } throws: { ($0 as? StepFailure)?.class == .protocol }
    }

    @Test func aSpecificationIsOneLineWithItsProtocol() {
        let specification = WorkerSpecification(
            address: "a/b", kind: "fit", key: Digest(of: "k"), parameters: ["x": 1.0], inputs: ["t": ("/p\n", "n")],
            outputs: "/o",
            scratch: "/s", log: "/l", threads: 2, processes: 3)
        let text = specification.json.text()
        #expect(!text.contains("\n") && text.contains(#""protocol":1"#) && text.contains(#""x":1.0"#))
        #expect(specification.json["processes"] == 3)
    }
}
