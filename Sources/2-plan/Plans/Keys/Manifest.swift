// What a step's result depends on, and the key made of it. The format is frozen: a change here changes every key.

package import Digests
package import Formats

/// The manifest of a step whose inputs' contents are known.
package struct Manifest: Sendable, Equatable {
    package let kind: String
    package let version: Int
    package let parameters: JSON
    package let inputs: [String: Digest]

    package init(kind: StepKind, parameters: JSON, inputs: [String: Digest]) {
        self.kind = kind.rawValue
        self.version = kind.version
        self.parameters = parameters
        self.inputs = inputs
    }

    /// The same manifest over other inputs.
    package init(_ manifest: Manifest, inputs: [String: Digest]) {
        (kind, version, parameters) = (manifest.kind, manifest.version, manifest.parameters)
        self.inputs = inputs
    }

    /// Reads what ``json`` wrote. Errors: ``FormatError``.
    package init(reading json: JSON) throws(FormatError) {
        let document = JSONDocument(json, name: "the manifest")
        kind = try document.member("kind").text
        version = try document.member("version").integer
        parameters = try document.value("parameters")
        var inputs: [String: Digest] = [:]
        for (name, digest) in try document.member("inputs").members { inputs[name] = try digest.digest }
        self.inputs = inputs
    }

    package var json: JSON {
        [
            "format": 2, "kind": .string(kind), "version": .integer(version), "parameters": parameters,
            "inputs": .object(inputs.mapValues { .string($0.description) }),
        ]
    }

    /// The key: the digest of the outline and the inputs. An outline stands for kind, version and parameters.
    package var key: Digest { Self.key(outline: outline, inputs: inputs) }

    /// The key of a step whose outline is known: a plan has all of them, so that only the inputs are left to digest.
    package static func key(outline: Digest, inputs: [String: Digest]) -> Digest {
        JSON.object([
            "format": 2, "outline": .string(outline.description),
            "inputs": .object(inputs.mapValues { .string($0.description) }),
        ]).digest
    }

    /// The digest of all this but the inputs: the outline of its step.
    package var outline: Digest { Self.outline(kind: kind, version: version, parameters: parameters) }

    static func outline(kind: String, version: Int, parameters: JSON) -> Digest {
        JSON.object(["format": 1, "kind": .string(kind), "version": .integer(version), "parameters": parameters]).digest
    }
}
