// What an annotation's question, scale and table must have in common.

internal import Diagnostics
internal import Formats
internal import Nodes

struct AnnotationChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        for entry in recipe.annotations {
            guard let node = tree["annotations"]?[entry.name] else { continue }
            check(entry.value, at: node, &reading)
        }
    }

    private func check(_ annotation: Annotation, at node: Node, _ reading: inout Reading) {
        let place = (node["template"] ?? node).span
        let texts = recipe.data.columns.texts
        let asked = annotation.texts(among: texts.names)
        if texts.areShort, annotation.template.contains("{prompt}"), texts["prompt"] == nil {
            TemplateChecks(recipe: recipe).report("prompt", in: "question", at: node["template"] ?? node, &reading)
        } else if asked.isEmpty {
            let places = texts.areShort ? ["prompt", "answer"] : texts.names
            reading.report(
                Finding(
                    .badTemplate,
                    "the question names none of \(places.map { "{\($0)}" }.joined(separator: ", ")), so it is the same for every row",
                    at: place, help: "write {\(places.last ?? "answer")} where the text belongs"))
        }
        if annotation.per == .group {
            let per = (node["per"] ?? node).span
            if texts.areShort, asked.contains("answer") {
                reading.report(
                    Finding(
                        .badTemplate, "the question names {answer}, and a group has several", at: place,
                        notes: [.init("asked once for each group", at: per)], help: "ask per row, or of {prompt} alone")
                )
            }
            if recipe.data.columns.group == nil {
                reading.report(
                    Finding(
                        .missingKey, "per group needs data.columns.group", at: per,
                        help: "name the column of the groups"))
            }
        }
        if let scale = annotation.scale, scale.count != 2 || scale[0] >= scale[1], let place = node["scale"] {
            reading.report(
                Finding(
                    .badValue, "a scale is two numbers, the least and the greatest", at: place.span,
                    help: "write [1, 10]"))
        }
    }
}
