// `ablate show --export`: the verb's half of an export; signals, words, exit codes.

internal import ArgumentParser
internal import Deliveries
internal import Digests
internal import Execution
internal import Forecasts
internal import Formats
internal import Glibc
internal import Host
internal import Plans
internal import Recipes
internal import Workers

struct ExportOptions: ParsableArguments {
    @Option(
        name: .customLong("export"),
        help: ArgumentHelp(
            "Write the model of a fine-tune to a new folder, for peft and transformers.", valueName: "folder"))
    var folder: String?

    @Flag(help: "With --export: also write the backbone with the adapters merged in, and how far its scores are off.")
    var merge = false

    @Option(
        help: ArgumentHelp(
            "With --export: what the folder calls its backbone; by default the hub id and commit, or the path.",
            valueName: "name"))
    var baseModel: String?

    /// Exports the model of the step, and tells where it is. Errors: ``ExitCode``, after the message has been written.
    func export(
        _ workspace: Workspace, _ index: Int, to folder: String, json: Bool, _ interruption: Interruption
    ) async throws {
        let path = Self.absolute(folder)
        do {
            // A store takes no exports, and no link leads one elsewhere; what is there already the exporter refuses.
            try workspace.project.delivery(workspace.store).requireFolder(path)
        } catch {
            throw Failure.report(error)
        }
        let exporter = try Exporter(
            plan: workspace.plan, forecast: workspace.forecast(), resolver: workspace.resolver,
            machine: workspace.machine, environment: workspace.readingEnvironment { Console.note($0) })
        let options = Exporter.Options(
            merge: merge, baseModel: baseModel, labels: workspace.loaded.recipe.data.labels)
        do {
            // Signals are listened to before it begins: one that came in the middle must leave no half a folder behind.
            let (begin, listening) = AsyncStream<Void>.makeStream()
            let work = Task {
                for await _ in begin {}
                try Task.checkCancellation()
                return try await exporter.export(index, to: path, options) { Console.note($0) }
            }
            let metrics = try await interruption.stopping {
                work.cancel()
            } during: {
                listening.finish()
                return try await work.value
            }
            say(workspace.plan.steps[index].address, path, metrics, json: json)
        } catch is CancellationError {
            throw ExitStatus.interrupted
        } catch {
            throw Failure.report(error)
        }
    }

    private func say(_ address: String, _ path: String, _ metrics: JSON, json: Bool) {
        if json {
            return Console.out(document: ["address": .string(address), "export": .string(path), "metrics": metrics])
        }
        Console.out("\(address) is in \(path); its README.md has the lines that load it")
        let said = StepMetrics(metrics)
        if let merged = said.mergedDifference, let rows = said.rows {
            Console.out(
                "merged: on \(rows) rows the largest difference of a logit is \(Self.short(merged.largest)), "
                    + "where the largest logit is \(Self.short(merged.logit))")
        }
    }

    /// Three digits, such as 0.0123 or 1.2e-06.
    private static func short(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value)" }
        let digits = 2 - Int(log10(abs(value)).rounded(.down))
        let scale = pow(10, Double(digits))
        return "\((value * scale).rounded() / scale)"
    }

    /// The absolute path, without a slash at its end: what is not there yet has no real path of its own.
    private static func absolute(_ folder: String) -> String {
        var path = Substring(folder)
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return Files.absolute(String(path))
    }
}
