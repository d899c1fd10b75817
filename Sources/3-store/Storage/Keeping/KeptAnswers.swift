// What endpoints answered, as the worker keeps it: a sealed file for each question. Knows neither questions nor what answers mean.

internal import Digests
internal import Formats
internal import Host

extension Store {
    /// Every kept answer, in order, by the digest of what was asked. What has another name is left out, and left alone.
    func answerFiles() throws -> [(path: String, asked: Digest)] {
        try shards(of: "annotations").flatMap { shard, folder in
            try (files.names(in: folder) ?? []).sorted().compactMap { name in
                guard name.hasSuffix(".json"), let asked = Digest(shard + name.dropLast(5)) else { return nil }
                return ("\(folder)/\(name)", asked)
            }
        }
    }

    /// Whether a file holds an answer to the question, as it was written; versions before this one wrote answers without a seal.
    func isAnswer(at path: String, to asked: Digest) throws -> Bool {
        guard let bytes = try bytes(of: path) else { return false }
        if SealedText.answer.begins(bytes) {
            let body = bytes.withUnsafeBytes { SealedText.answer.body(in: $0) }
            let named = try? body.map { try JSONDocument($0, name: "the answer").member("asked").text }
            return named == asked.description
        }
        guard let answer = try? JSONDocument(parsing: bytes, name: "the answer") else { return false }
        return (try? answer.member("text").text) != nil && (try? answer.member("prompt-tokens").count) != nil
            && (try? answer.member("completion-tokens").count) != nil
    }
}
