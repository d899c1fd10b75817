// What engine and worker say to each other: docs/worker-protocol.md in types. Does no I/O.

package import Digests

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
    case result(WorkerResult)
    case error(StepFailure)

    /// Reads one line. Errors: ``StepFailure`` of class `protocol` for anything the protocol does not know.
    package init(line: String) throws(StepFailure) {
        guard let json = try? JSON(parsing: line), let event = json["event"]?.string else {
            throw .protocolViolation("it wrote something that is no event: \(line.prefix(120))")
        }
        switch event {
        case "hello":
            guard json["protocol"]?.integer == 1 else {
                throw .protocolViolation(
                    "it speaks protocol \(json["protocol"]?.text() ?? "?"), and the engine speaks 1")
            }
            self = .hello(environment: [
                "python": json["python"] ?? .null, "versions": json["versions"] ?? [:],
                "device": json["device"] ?? .null,
            ])
        case "heartbeat": self = .heartbeat
        case "progress":
            guard let done = json["done"]?.integer, let total = json["total"]?.integer else {
                throw .protocolViolation("its progress has no done and total")
            }
            self = .progress(
                done: done, total: total, unit: json["unit"]?.string ?? "", message: json["message"]?.string)
        case "metric":
            self = .metric(
                name: json["name"]?.string ?? "", value: json["value"]?.number, at: json["at"]?.integer ?? 0)
        case "result":
            guard let outputs = json["outputs"]?.array?.compactMap(\.string) else {
                throw .protocolViolation("its result names no outputs")
            }
            self = .result(
                WorkerResult(
                    outputs: outputs, metrics: json["metrics"] ?? [:], measurements: json["measurements"] ?? [:],
                    device: json["device"]))
        case "error":
            self = .error(
                StepFailure(
                    class: try Self.failureClass(json), message: json["message"]?.string ?? "no message",
                    row: json["row"]?.integer, column: json["column"]?.string))
        default: throw .protocolViolation("it wrote an event \"\(event)\", which the protocol does not have")
        }
    }
}

extension WorkerEvent {
    private static func failureClass(_ json: JSON) throws(StepFailure) -> FailureClass {
        let name = json["class"]?.string ?? FailureClass.internal.rawValue
        guard let found = FailureClass(rawValue: name) else {
            throw .protocolViolation("it failed with a class \"\(name)\", which the protocol does not have")
        }
        return found
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
}
