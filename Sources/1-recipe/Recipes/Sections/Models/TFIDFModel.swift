// The model kind `tfidf`: the cheap baseline.

internal import Diagnostics
internal import Digests
internal import Nodes

/// TF-IDF features and a multinomial logistic regression: the cheap baseline.
package struct TFIDF: Sendable, Hashable {
    package enum Analyzer: String, CaseIterable, Sendable {
        case word, char
        case charWithinWords = "char-wb"
    }
    package var analyzer = Analyzer.word
    package var ngrams = [1, 2]
    package var minimumCount = 1
    package var regularization = 1.0

    package static let declaration = Declaration(
        "TF-IDF features and a multinomial logistic regression (scikit-learn).", initial: { TFIDF() },
        keys: [
            Key("analyzer", \.analyzer, .choice, "What n-grams are made of; char-wb stays within words."),
            Key("ngrams", \.ngrams, .range, "Shortest and longest n-gram, such as [1, 2]."),
            Key(
                "min-count", \.minimumCount, .integer(1...1_000_000), "Rows an n-gram must stand in to count.",
                unit: "rows"),
            Key(
                "regularization", \.regularization, .number(0...1e9, aboveMinimum: true),
                "Inverse strength of the L2 penalty (C)."),
        ])
}

/// A baseline, fitted on folds or on all rows. Logistic regression has no seed.
package struct TFIDFModel: Sendable, ModelSection {
    var like: String?
    package var tfidf = TFIDF()
    package var template: Template?
    package var fit: ModelFit = [.folds]
    package var pseudoLabels = PseudoLabelling.off

    package var effectiveSeeds: [Int?] { [nil] }
    package var words: String { "TF-IDF and logistic regression" }

    static let declaration = Declaration(
        "A baseline.", initial: { TFIDFModel() },
        keys: [
            Model.like(\.like), Key("tfidf", \.tfidf, TFIDF.declaration.shape, TFIDF.declaration.about),
            Model.template(\.template), Model.fit(\.fit), Model.pseudoLabels(\.pseudoLabels),
        ])
}

extension ValueShape where Value == [Int] {
    /// `[shortest, longest]`.
    static var range: Self {
        let list = ValueShape<[Int]>.list(of: .integer(1...20), minimum: 2, unique: false)
        return ValueShape(
            schema: [
                "type": "array", "items": ["type": "integer", "minimum": 1, "maximum": 20], "minItems": 2,
                "maxItems": 2,
            ],
            decode: { node, reading in
                guard let values = list.decode(node, &reading) else { return nil }
                guard values.count == 2 else {
                    reading.wrongType(node, wanted: "[shortest, longest], such as [1, 2],")
                    return nil
                }
                guard values[0] <= values[1] else {
                    reading.report(
                        Finding(
                            .outOfRange, "the shorter length stands first, and \(values[0]) is above \(values[1])",
                            at: node.span, help: "write [\(values[1]), \(values[0])]"))
                    return nil
                }
                return values
            }, encode: list.encode)
    }
}
