// What a model or a stack entry is, however it is written: for telling whether two are the same. Makes no key and no step.

internal import Digests

extension Model {
    /// Every setting with the value that is in force: a setting that is not said has that of its default, also where the default is
    /// another setting's value, and what means the same as a default is the default.
    var inForce: JSON {
        var model = self
        if case .fineTune(var tuned) = model {
            tuned.training.headLearningRate = tuned.training.headLearningRate ?? tuned.training.learningRate
            if case .each(let weights) = tuned.training.classWeights, weights.allSatisfy({ $0 == 1 }) {
                tuned.training.classWeights = .none
            }
            model = .fineTune(tuned)
        }
        return model.resolved
    }
}

extension StackEntry {
    /// As ``Model/inForce``.
    var inForce: JSON {
        var entry = self
        switch entry {
        case .average(var average):
            if case .given(let weights) = average.weights, let first = weights.first, first > 0,
                weights.allSatisfy({ $0 == first })
            {
                average.weights = .equal
            }
            entry = .average(average)
        case .optimize(var optimization):
            if optimization.counts?.allSatisfy({ $0 == 1 }) == true { optimization.counts = nil }
            optimization.fittedOn = optimization.fitting
            entry = .optimize(optimization)
        case .lightgbm, .logistic, .ridge, .simplex: break
        }
        return Self.declaration.shape.encode(entry)
    }
}
