// What has a name in the recipe and gives predictions, as the compiler asks it for its steps. Knows no kind of model or entry.

internal import Nodes
internal import Recipes

/// Where the steps of a model, stack entry or variant stand in the plan, and its words in the recipe.
struct Place {
    let address: String
    let tree: Node?
}

/// A kind of model or of stack entry, which plans itself: the steps that its predictions take.
protocol Planned {
    /// Its predictions. `withTest`: whether test rows are predicted too.
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions

    /// What it says of the test rows when nothing in it has seen the labels of `fold`, for a teacher of that fold; nil where it says
    /// nothing.
    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>?
}

extension Model {
    var planned: any Planned {
        switch self {
        case .fineTune(let model): model
        case .tfidf(let model): model
        case .predictions(let model): model
        case .program(let model): model
        }
    }
}

extension StackEntry {
    var planned: any Planned {
        switch self {
        case .average(let entry): entry
        case .optimize(let entry): entry
        case .lightgbm(let entry): entry
        case .logistic(let entry): entry
        case .ridge(let entry): entry
        case .simplex(let entry): entry
        }
    }
}
