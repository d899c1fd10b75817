// Pseudo-labels of one model: a test table, fold models alone, and a teacher for each fold.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let fullFitWithPseudoLabels = FindingRule(
        "full-fit-with-pseudo-labels", .scores,
        "A model fitted on all rows would predict the very labels it was taught.",
        "Pseudo-labels of a fold come from a teacher of that fold; a model on all rows has no such teacher.")
    static let noTeacher = FindingRule(
        "no-teacher", .scores, "Pseudo-labels come from something that has no version for each fold.",
        "Each fold needs a teacher that never saw its labels; else they leak through the pseudo-labels.")
}

struct PseudoLabelChecks {
    let recipe: Recipe
    let model: Model
    /// The resolved tree of the model.
    let tree: Node

    func report(_ reading: inout Reading) {
        guard let settings = model.pseudoLabels.settings, let node = tree["pseudo-labels"] else { return }
        if recipe.data.test == nil {
            reading.report(
                Finding(
                    .missingKey, "pseudo-labels need a test table", at: node.span,
                    help: "add data.test, or remove pseudo-labels"))
        }
        if model.fit.folds != nil, let place = tree["fit"] {
            reading.report(.someFolds("a model with pseudo-labels", at: place.span))
        } else if model.fit != [.folds] {
            reading.report(
                Finding(
                    .fullFitWithPseudoLabels,
                    "a model with pseudo-labels is fitted on folds alone: fitted on all rows, it would predict the labels that it was taught",
                    at: (tree["fit"] ?? node).span, help: "write fit: [folds]"))
        }
        let place = (node["from"] ?? node).span
        for name in ReferenceGraph(recipe: recipe, tree: tree).closure(of: [settings.from]).sorted() {
            if recipe.steps.contains(where: { $0.name == name }) {
                reading.report(Finding.noTeacher(name, at: place))
            }
            guard let model = recipe.models.first(where: { $0.name == name })?.value, !model.section.teaches else {
                continue
            }
            if model.fit.folds != nil {
                reading.report(.someFolds("the teacher \"\(name)\"", at: place))
            } else if model.isOutOfFold {
                reading.report(Finding.noTeacher(name, at: place))
            } else {
                reading.report(
                    Finding(
                        .noTeacher, "pseudo-labels would come from \"\(name)\", which is not fitted on folds",
                        at: place,
                        help:
                            "each fold needs a teacher that never saw its labels: give \"\(name)\" fit: [folds], or choose another"
                    ))
            }
        }
    }
}

extension Finding {
    /// Of a model fitted without some folds alone, which what is said of every fold cannot be made of.
    static func someFolds(_ subject: String, at span: Span) -> Finding {
        Finding(
            .someFolds, "\(subject) must be fitted without every fold, and is without some alone", at: span,
            help: "write fit: [folds]")
    }

    /// A custom step, and predictions that are brought, give one prediction for the test, and a teacher needs one for each fold.
    static func noTeacher(_ name: String, at span: Span) -> Finding {
        Finding(
            .noTeacher, "pseudo-labels cannot come from \"\(name)\"", at: span,
            help:
                "a teacher is made of fitted models, averages, learners and optimizations alone: each fold needs one that never saw its labels"
        )
    }
}
