// What is said of results: what they are, why they have no score, what they are made of, and how their recipe has changed.

internal import Digests
internal import Results
internal import Words

extension Score {
    /// What it is, in a few words: `fine-tuned, LoRA rank 4`, `mean of tiny, baseline`.
    var what: String {
        switch kind {
        case .model(let words): return words
        case .average(let members, let mean, let weights):
            let weighted =
                switch weights {
                case .equal: ""
                case .given: "weighted "
                case .fitted: "fitted weighted "
                case .selected: "greedily selected "
                }
            return "\(weighted)\(mean.map { "\($0) mean" } ?? "mean") of \(members.joined(separator: ", "))"
        case .optimized(let target, let method): return "\(method) of \(target)"
        case .learner(let learner, let members): return "\(learner) on \(members.joined(separator: ", "))"
        case .step(let command): return "custom step, \(command.joined(separator: " "))"
        case .unknown: return ""
        }
    }

    /// Why there is no score; nil where there is one.
    var absenceText: String? {
        switch absence {
        case .noOutOfFold: "no out-of-fold predictions"
        case .notRun: "not run yet"
        case nil: nil
        }
    }
}

extension Composition.Measure {
    var words: String {
        switch self {
        case .weight: "weight"
        case .shareOfSHAP: "share of mean |SHAP|"
        case .shareOfCoefficients: "share of |coefficients|"
        }
    }
}

extension History.Change {
    /// `lora.rank was 2, is 4`.
    var text: String {
        func text(_ value: JSON?) -> String { value.map { $0.string ?? $0.text() } ?? "not there" }
        switch self {
        case .gone(let part): return "\(part) is gone"
        case .new(let part): return "\(part) is new"
        case .changed(let path, let was, let now): return "\(path) was \(text(was)), is \(text(now))"
        }
    }
}
