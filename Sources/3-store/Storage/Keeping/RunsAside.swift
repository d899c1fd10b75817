// Documents of runs that were put aside, since they are not as they were written. Whose run one was, the caller tells.

internal import Digests
internal import Host

extension Store {
    /// Errors: ``AblateError`` where a run's document was put aside and nobody knows that there is a later one of the same owner: its
    /// results are still needed by all that is known.
    func requireSuccessors(_ owner: (JSON) -> String?) throws {
        for (path, recipe, number) in try runsAside() {
            let whose = try bytes(of: path).flatMap { try? JSON(parsing: $0) }.flatMap(owner)
            let own = try whose.map { whose in
                try numberedRuns(recipe).contains { $0.number >= number && owner($0.document) == whose }
            }
            if own == true { continue }
            throw AblateError(
                .damaged,
                "a document of a run of \"\(recipe)\" was put aside, and "
                    + (own == nil
                        ? "does not say any more of which recipe's file" : "its recipe has not been run since"),
                path: path,
                advice: own == nil
                    ? "run every recipe \"\(recipe)\" that has its results here, so that they are known, then delete the file; "
                        + "nothing was removed"
                    : "run the recipe, so that its results are known, or delete the file; nothing was removed")
        }
    }

    /// The documents of runs in quarantine: `runs-<recipe>-<number>.json-<nonce>`.
    private func runsAside() throws -> [(path: String, recipe: String, number: Int)] {
        try (files.names(in: root + "/quarantine") ?? []).sorted().compactMap { name in
            guard name.hasPrefix("runs-"), !name.hasPrefix("runs-_"), let nonce = name.lastIndex(of: "-") else {
                return nil
            }
            let document = name[..<nonce].dropFirst("runs-".count)
            guard document.hasSuffix(".json"), let dash = document.lastIndex(of: "-"),
                let number = Int(document[dash...].dropFirst().dropLast(".json".count))
            else { return nil }
            return ("\(root)/quarantine/\(name)", String(document[..<dash]), number)
        }
    }
}
