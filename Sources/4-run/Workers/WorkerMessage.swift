// What engine and worker say to each other: docs/worker-protocol.md in types. Does no I/O.

package import Digests
internal import Formats

/// A step specification: everything a worker needs to run one step.
package struct WorkerSpecification: Sendable {
    package var address: String
    package var kind: String
    package var key: Digest
    package var parameters: JSON
    /// For each input an absolute path and the name that messages use for it.
    package var inputs: [String: (path: String, name: String)]
    /// Absolute paths: an empty folder for outputs, the folder kept between attempts, and the log.
    package var outputs: String
    package var scratch: String
    package var log: String
    package var threads: Int
    /// Processes that share the step, each with a GPU and its part of the threads; only a fine-tune has more than one.
    package var processes: Int

    package init(
        address: String, kind: String, key: Digest, parameters: JSON, inputs: [String: (path: String, name: String)],
        outputs: String, scratch: String, log: String, threads: Int, processes: Int = 1
    ) {
        self.address = address
        self.kind = kind
        self.key = key
        self.parameters = parameters
        self.inputs = inputs
        self.outputs = outputs
        self.scratch = scratch
        self.log = log
        self.threads = threads
        self.processes = processes
    }

    package var json: JSON {
        [
            "protocol": 1, "address": .string(address), "kind": .string(kind), "key": .string(key.description),
            "parameters": parameters,
            "inputs": .object(inputs.mapValues { ["path": .string($0.path), "name": .string($0.name)] }),
            "outputs": .string(outputs), "scratch": .string(scratch), "log": .string(log), "threads": .integer(threads),
            "device": "auto", "processes": .integer(processes),
        ]
    }
}

/// One event of a worker.
package enum WorkerEvent: Sendable {
    case hello(environment: JSON)
    case heartbeat
    case progress(done: Int, total: Int, unit: String, message: String?)
    case metric(name: String, value: Double?, at: Int)
    /// Something that the user should know, and that does not end the step.
    case note(String)
    case result(WorkerResult)
    case error(StepFailure)

    /// Reads one line. Errors: ``StepFailure`` of class `protocol` for anything the protocol does not know.
    package init(line: String) throws(StepFailure) {
        do {
            try self.init(reading: JSONDocument(parsing: Array(line.utf8), name: "its event"))
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw .protocolViolation("\(error): \(line.prefix(120))")
        }
    }

    private init(reading event: JSONDocument) throws {
        let name = try event.member("event")
        switch try name.text {
        case "hello":
            let spoken = try event.member("protocol")
            guard try spoken.integer == 1 else { throw spoken.unexpected("protocol 1, which the engine speaks") }
            self = .hello(environment: [
                "python": try event.member(ifPresent: "python")?.value ?? .null,
                "versions": try event.member(ifPresent: "versions")?.value ?? [:],
                "device": try event.member(ifPresent: "device")?.value ?? .null,
            ])
        case "heartbeat": self = .heartbeat
        case "progress":
            self = .progress(
                done: try event.member("done").integer, total: try event.member("total").integer,
                unit: try event.member(ifPresent: "unit")?.text ?? "",
                message: try event.member(ifPresent: "message")?.text)
        case "metric":
            // A loss may be NaN, which JSON has no word for.
            self = .metric(
                name: try event.member("name").text, value: try event.member(ifPresent: "value")?.number,
                at: try event.member(ifPresent: "at")?.integer ?? 0)
        case "note": self = .note(try event.member("text").text)
        case "result": self = .result(try WorkerResult(reading: event))
        case "error":
            let failure = try event.member(ifPresent: "class")
            let kind = try failure?.text ?? FailureClass.internal.rawValue
            guard let found = FailureClass(rawValue: kind) else {
                throw StepFailure.protocolViolation(
                    "it failed with a class \"\(kind)\", which the protocol does not have")
            }
            self = .error(
                StepFailure(
                    class: found, message: try event.member(ifPresent: "message")?.text ?? "no message",
                    row: try event.member(ifPresent: "row")?.integer,
                    column: try event.member(ifPresent: "column")?.text))
        case let other:
            throw StepFailure.protocolViolation("it wrote an event \"\(other)\", which the protocol does not have")
        }
    }
}

/// What a step gave.
package struct WorkerResult: Sendable {
    package let outputs: [String]
    package let metrics: JSON
    package let measurements: JSON
    package let device: JSON?

    package init(outputs: [String], metrics: JSON, measurements: JSON = [:], device: JSON? = nil) {
        self.outputs = outputs
        self.metrics = metrics
        self.measurements = measurements
        self.device = device
    }

    init(reading event: JSONDocument) throws(FormatError) {
        self.init(
            outputs: try event.member("outputs").texts, metrics: try event.member(ifPresent: "metrics")?.value ?? [:],
            measurements: try event.member(ifPresent: "measurements")?.value ?? [:],
            device: try event.member(ifPresent: "device")?.value)
    }

    /// By the worker's own clock; nil where it did not measure.
    package var seconds: Double? {
        try? JSONDocument(measurements, name: "the measurements").member("seconds").number
    }
}
