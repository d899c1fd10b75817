// What many configs together say: one set of data, one layout of folds, and the models. Knows no text.

/// A recipe's content, before it is written.
struct Experiment: Sendable {
    var name = "imported"
    var data: [String: Literal] = [:]
    var train = "train.csv"
    var test: String?
    /// How many folds the configs have; nil where all train on every row.
    var folds: Int?
    var models: [ImportedModel] = []
    /// What a person should look at that belongs to no single key, as whole sentences without a full stop.
    var remarks: [String] = []
}

struct ImportedModel: Sendable {
    var name: String
    var like: String?
    /// Every setting, whether it need be written or not.
    var settings: Settings
    /// The settings to write: all, or the difference to `like`.
    var written: Settings
    var seeds: [Int]
    var fit: [ImportedFit.Kind]
    /// The seeds and fits need not be written where those of `like` are the same.
    var writesSeeds = true
    var writesFit = true
}

/// Which rows a config trains on.
enum ImportedFit: Hashable, Sendable {
    enum Kind: String, Sendable { case folds, full }
    /// All rows but those of the fold with this number, as the files count.
    case fold(Int)
    case full
}
