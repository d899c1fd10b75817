// The `explore` section: a look at the texts before anything is trained.

internal import Digests
internal import Nodes

package struct Exploration: Sendable {
    package var clusters = 8
    package var near = 0.9
    /// An extractor whose embeddings are clustered and mapped in place of TF-IDF components.
    package var extractor: String?

    package static let declaration = Declaration(
        "A look at the texts: clusters and a map of the questions, near-duplicates within and between the tables, lengths by label, and what to do about it. Write {} for the defaults.",
        initial: { Exploration() },
        keys: [
            Key("clusters", \.clusters, .integer(2...1_000), "Clusters of questions (k-means)."),
            Key(
                "near", \.near, .number(0...1, aboveMinimum: true),
                "Questions whose TF-IDF vectors have at least this cosine are near-duplicates."),
            Key(
                "extractor", optional: \.extractor, .text(),
                "An entry of extractors with the feature embedding: clusters and map are of its vectors, averaged over a question's rows, in place of TF-IDF components."
            ),
        ])
}
