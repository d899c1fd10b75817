// One entry of `annotations`: what a language model behind an endpoint is asked about each row or group.

internal import Digests
internal import Nodes

package struct Annotation: Sendable {
    package enum Per: String, CaseIterable, Sendable { case row, group }

    package var endpoint = ""
    package var model = ""
    package var template = ""
    package var scale: [Double]?
    package var categories: [String]?
    package var per = Per.row
    package var keyVariable: String?
    package var concurrency = 4
    package var rate: Double?
    package var retries = 6
    package var timeout = 120.0
    package var temperature = 0.0
    package var maximumTokens = 64
    package var prices: AnnotationPrices?

    /// Every default.
    package init() {}

    package static let declaration = Declaration(
        "What a language model behind a chat endpoint is asked about each row or group; a stack entry reads its answers as features. Each different question is asked once, and an answer is kept in the store.",
        initial: { Annotation() }, oneOf: ["scale", "categories"],
        keys: [
            Key(
                "endpoint", \.endpoint,
                .text(pattern: "^https?://", wanted: "an address that begins with http:// or https://") {
                    $0.hasPrefix("http://") || $0.hasPrefix("https://")
                }, required: true, "Where it answers: the address before /chat/completions."),
            Key("model", \.model, .text(), required: true, "The model that is asked."),
            Key(
                "template", \.template, .text(), required: true,
                "The question, with {prompt} or {answer}, or the names of data.columns.texts, where they go; it should ask for the rating or the category alone."
            ),
            Key(
                "scale", optional: \.scale, .list(of: .number(-1e6...1e6), minimum: 2),
                "The least and the greatest rating, such as [1, 10]."),
            Key(
                "categories", optional: \.categories, .list(of: .text(), minimum: 2),
                "The words of which one is the answer; each becomes a feature of 0 and 1."),
            Key("per", \.per, .choice, "Whether every row is asked about, or every group once."),
            Key(
                "key-variable", optional: \.keyVariable,
                .text(pattern: "^[A-Za-z_][A-Za-z0-9_]*$", wanted: "the name of an environment variable") { name in
                    !name.isEmpty && !name.utf8.first!.isDigit
                        && name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
                },
                "The environment variable that holds the key of the endpoint. The key itself never stands in a recipe."),
            Key("concurrency", \.concurrency, .integer(1...256), "Questions asked at the same time."),
            Key(
                "rate", optional: \.rate, .number(0...1e6, aboveMinimum: true),
                "Requests in a minute, at most; by default unbounded.", unit: "requests per minute"),
            Key("retries", \.retries, .integer(0...100), "Further tries of a question that met overload or a fault."),
            Key(
                "timeout", \.timeout, .number(0...86_400, aboveMinimum: true), "Longest wait for an answer.", unit: "s"),
            Key("temperature", \.temperature, .number(0...10), "The sampling temperature of the answer."),
            Key("max-tokens", \.maximumTokens, .integer(1...100_000), "Longest answer.", unit: "tokens"),
            Key(
                "prices", optional: \.prices, AnnotationPrices.declaration.shape, AnnotationPrices.declaration.about),
        ])
}

extension Annotation {
    /// The texts that the question has a place for. All other braces are text.
    package func texts(among names: [String]) -> [String] { names.filter { template.contains("{\($0)}") } }
}

package struct AnnotationPrices: Sendable {
    package var prompt = 0.0
    package var completion = 0.0

    static let declaration = Declaration(
        "The price of a million tokens, for the ledger in the record.", initial: { AnnotationPrices() },
        keys: [
            Key("prompt", \.prompt, .number(0...1e9), "Of what is asked."),
            Key("completion", \.completion, .number(0...1e9), "Of what is answered."),
        ])
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
