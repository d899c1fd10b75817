// `ablate why`: all that differs between a step and its last record, and the changes behind it. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Storage
internal import Words

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Say why a step runs or is reused: every difference, and where it began.",
        discussion: """
            The step as the recipe has it now is compared with the record it had in the recipe's last run, or with the nearest
            record where it had none. Differences of inputs are followed upward to the settings and files that were changed.
            """)

    @OptionGroup var options: RecipeOptions
    @Argument(help: "The address of a step, such as words/fold-0/fit.") var address: String

    func run() async throws {
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: false)
            guard let index = workspace.plan.index(of: address) else {
                let nearest = Spelling.nearest(to: address, among: workspace.plan.steps.map(\.address))
                let hint = nearest.map { "did you mean \($0)?" } ?? "`ablate plan --full` lists them"
                throw AblateError(.missing, "there is no step \(address); \(hint)")
            }
            let explainer = try Explainer(
                plan: workspace.plan, forecast: workspace.forecast(), resolver: workspace.resolver,
                lastKeys: workspace.lastKeys())
            let explanation = try explainer.explain(index)
            if options.shared.json {
                Console.out(document: document(workspace, explanation))
            } else {
                Console.out(text(workspace, explanation))
            }
        } catch {
            throw Failure.report(error)
        }
    }

    // MARK: - Text

    private func text(_ workspace: Workspace, _ explanation: Explanation) -> String {
        let paint = Paint(isOn: Console.hasColor(.output))
        let entry = explanation.entry
        var lines = ["\(paint.bold(address)): \(entry.state.rawValue), \(entry.reason)"]
        if let record = entry.record { lines += Self.story(of: record, workspace.store) }
        if let (record, basis) = explanation.compared {
            let since = entry.record == nil ? "compared with" : "since the last run, which had"
            lines.append("\(since) \(Self.describe(record)) (\(Self.words(basis)))")
            lines += explanation.differences.map { "  \($0.text)" }
            if explanation.differences.isEmpty { lines.append("  nothing differs") }
        }
        if !explanation.causes.isEmpty { lines.append("because") }
        for cause in explanation.causes {
            let first = workspace.plan.steps[cause.path[0]].address
            let others = cause.others == 0 ? "" : paint.dim(" and \(Format.count(cause.others, "other step"))")
            lines.append("  \(first)\(others): \(paint.yellow(cause.difference.text))")
            for (depth, step) in cause.path.dropFirst().enumerated() {
                let indent = String(repeating: "  ", count: depth + 1)
                lines.append("  \(indent)-> \(workspace.plan.steps[step].address)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func describe(_ record: Record) -> String {
        "\(record.address.isEmpty ? record.key.short : record.address), begun \(Moment.text(record.started)), "
            + "took \(Format.decimal(record.seconds, 1)) s, key \(record.key.short)"
    }

    /// Where a record comes from; of one that was accepted, who said so and of which record its outputs are.
    private static func story(of record: Record, _ store: Store) -> [String] {
        var lines: [String] = []
        if let acceptance = record.acceptance {
            lines.append("accepted at \(Moment.text(acceptance.at)) by \(acceptance.by): \(acceptance.reason)")
            let old = (try? store.storedRecord(acceptance.from)) ?? nil
            lines.append("its output is that of \(old.map(describe) ?? "key \(acceptance.from.short), which is gone")")
        } else {
            lines.append("its record: \(describe(record))")
        }
        for other in (try? store.divergentRecords(record.key)) ?? [] {
            lines.append("not deterministic: the same key also gave \(describe(other))")
        }
        return lines
    }

    private static func words(_ basis: Explanation.Basis) -> String {
        switch basis {
        case .lastRun: "its record in the last run"
        case .address: "the newest record under this address"
        case .settings: "the newest record with these settings"
        case .kind: "the nearest record of its kind"
        }
    }

    // MARK: - JSON

    private func document(_ workspace: Workspace, _ explanation: Explanation) -> [String: JSON] {
        let (step, entry) = (workspace.plan.steps[explanation.step], explanation.entry)
        return [
            "recipe": .string(workspace.name), "address": .string(address), "kind": .string(step.kind.rawValue),
            "state": .string(entry.state.rawValue), "reason": .string(entry.reason),
            "key": JSON(entry.key?.description), "record": entry.record.map { Self.json($0) } ?? .null,
            "compared_with": explanation.compared.map { Self.json($0.record, basis: $0.basis.rawValue) } ?? .null,
            "differences": .array(explanation.differences.map { .object(Self.json($0)) }),
            "causes": .array(
                explanation.causes.map { cause in
                    var members = Self.json(cause.difference)
                    members["path"] = .array(cause.path.map { .string(workspace.plan.steps[$0].address) })
                    members["other_steps"] = .integer(cause.others)
                    return .object(members)
                }),
        ]
    }

    private static func json(_ record: Record, basis: String? = nil) -> JSON {
        var members: [String: JSON] = [
            "address": .string(record.address), "key": .string(record.key.description),
            "started": .number(record.started), "seconds": .number(record.seconds),
        ]
        if let acceptance = record.acceptance { members["accepted"] = acceptance.json }
        if let basis { members["basis"] = .string(basis) }
        return .object(members)
    }

    static func json(_ difference: Explanation.Difference) -> [String: JSON] {
        [
            "subject": .string(difference.subject.rawValue), "name": .string(difference.name),
            "old": difference.old ?? .null, "new": difference.new ?? .null, "place": JSON(difference.place),
            "text": .string(difference.text),
        ]
    }
}
