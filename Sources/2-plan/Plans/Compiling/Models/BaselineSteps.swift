// The steps of the model kind `tfidf`.

internal import Nodes
internal import Recipes

extension TFIDFModel: FittedModel {
    func part(at place: Place, in compiler: Compiler) -> BaselinePart {
        BaselinePart(
            own: self, place: place, teacher: compiler.teacher(of: self),
            baseline: Baseline(
                tfidf: Encoded(tfidf, TFIDF.declaration.shape), template: compiler.template(template)),
            origins: compiler.origins(["tfidf"], at: place))
    }
}

struct BaselinePart: FittedPart {
    let own: TFIDFModel
    let place: Place
    let teacher: Teacher?
    let baseline: Baseline
    let origins: [String: Node?]

    var model: any ModelSection { own }

    func fit(seed: Int?, fold: FoldPlace?, in compiler: inout Compiler) -> Artifact<Content.Model> {
        let (rows, folds) = (compiler.rows(of: .train), fold.map { compiler.folds(repeat: $0.number) })
        let pseudoLabels = pseudoLabelled(fold: fold, in: &compiler) { $0.texts(of: .test) }
        return compiler.builder.add(
            FitStep(
                baseline: baseline, target: compiler.target, fold: fold?.fold, rows: rows, folds: folds,
                texts: compiler.texts(of: .train), pseudoLabels: pseudoLabels),
            at: "\(address(seed, fold))/fit", origins: origins
        ).model
    }

    func predict(
        _ fit: Artifact<Content.Model>, of role: IngestStep.Role, fold: Int?, folds: Artifact<Content.Folds>?,
        at address: String, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions> {
        let reader = PredictStep.Reader.baseline(baseline, texts: compiler.texts(of: role))
        return compiler.builder.add(
            PredictStep(
                reader: reader, target: compiler.target, fold: fold, model: fit, folds: folds,
                rows: compiler.groups(of: role)),
            at: address, origins: origins
        ).predictions
    }
}
