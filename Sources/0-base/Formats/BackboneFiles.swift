// What the files of a backbone's folder say, as far as it is needed before a worker loads them. Knows nothing of where they lie.

internal import Digests

/// A backbone's `config.json`. What it does not say, or says in a form of its own, is absent: only the worker's library knows all
/// families.
package struct BackboneConfig: Sendable {
    /// `model_type`.
    package let family: String?
    /// Tokens: `max_position_embeddings`, of the text part where there are several.
    package let context: Int?
    /// The places that `auto_map` takes classes from, such as `modeling_x.XModel`; nil where it names no code.
    package let code: [String]?
    /// Whether a decoder answers what an encoder has read, as `is_encoder_decoder` says.
    package let isPair: Bool
    /// Whether images or sound are read as well: parts of the config are of those.
    package let readsMore: Bool

    /// Errors: ``FormatError`` for what is no JSON object.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let config = try JSONDocument(parsing: bytes, name: name)
        _ = try config.object
        family = try? config.member("model_type").text
        let length = "max_position_embeddings"
        context = (try? config.member(length).count) ?? (try? config.member("text_config").member(length).count)
        isPair = (try? config.member("is_encoder_decoder"))?.value.bool ?? false
        readsMore = ["vision_config", "audio_config"].contains { (try? config.member($0).members) != nil }
        code = try config.member(ifPresent: "auto_map").map { map in
            ((try? map.members) ?? [:]).values.flatMap { place in
                (try? [place.text]) ?? (try? place.elements.compactMap { try? $0.text }) ?? []
            }
        }
    }
}

/// The index of weights in several files, `model.safetensors.index.json`.
package struct WeightIndex: Sendable {
    package let files: Set<String>

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        var files: Set<String> = []
        for (_, file) in try JSONDocument(parsing: bytes, name: name).member("weight_map").members {
            files.insert(try file.text)
        }
        self.files = files
    }
}
