// Which training rows a fine-tune did not read whole. Looks at where each row's tokens begin and end, not at the tokens.

internal import Digests
internal import Forecasts
internal import Formats
internal import Plans
internal import Recipes
internal import Storage

/// What a fine-tune reads, and how many tokens of each column it keeps.
struct Truncation: Hashable, Sendable {
    private let tokens: Digest
    private let address: String
    private let store: Store
    /// Tokens by column; a column without a budget is read whole.
    private let budgets: [String: Int]
    /// The share of texts that budgets leave whole, where that lowers them.
    private let quantile: Double?

    /// More bytes of tokens than these are not read: the logbook would wait for them.
    private static let most: Int64 = 64 << 20

    /// Nil for what is no fine-tune, has not been run, or reads more than the logbook does.
    init?(of result: PlannedResult, _ plan: Plan, _ entries: [Forecast.Entry], in store: Store) {
        guard let fit = result.fits.first, plan.steps[fit].kind == .finetune,
            case .output(let step, let name)? = plan.steps[fit].inputs["tokens"],
            let output = entries[step].record?.outputs[name],
            output.objects.reduce(0, { $0 + Int64($1.size) }) <= Self.most
        else { return nil }
        (tokens, address, self.store) = (output.digest, plan.steps[step].address, store)
        (budgets, quantile) = (plan.steps[fit].lengths, plan.steps[fit].lengthQuantile)
    }

    /// For each row, whether tokens were left out. Nil where the file is not to be understood: the slices are then missing,
    /// and the logbook is complete without it.
    var cuts: [Bool]? {
        guard let bytes = try? store.content(of: tokens, from: address),
            let tokens = try? Tokens(reading: bytes, name: "the tokens")
        else {
            return nil
        }
        var cuts: [Bool]?
        for (column, budget) in budgets {
            guard let offsets = tokens.offsets[column] else { continue }
            let lengths = zip(offsets, offsets.dropFirst()).map { $1 - $0 }
            let kept =
                quantile.map { min(budget, lengths.isEmpty ? budget : Lengths.length(at: $0, of: lengths)) } ?? budget
            let own = lengths.map { $0 > kept }
            guard cuts == nil || cuts?.count == own.count else { return nil }
            cuts = cuts.map { zip($0, own).map { $0 || $1 } } ?? own
        }
        return cuts
    }

    static func == (left: Truncation, right: Truncation) -> Bool {
        left.tokens == right.tokens && left.budgets == right.budgets && left.quantile == right.quantile
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(tokens)
        hasher.combine(budgets)
        hasher.combine(quantile)
    }
}
