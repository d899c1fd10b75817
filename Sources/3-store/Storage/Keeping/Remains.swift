// What is left over in a store and no record: a collection takes it, too. Knows no roots.

internal import Digests
internal import Host

extension Store {
    /// Logs of failed attempts: of a key that has a record all, of any other all but the last one.
    private func collectFailures(_ result: inout CollectionResult, dryRun: Bool) throws {
        var logs: [Digest: [(path: String, status: FileStatus)]] = [:]
        for name in try files.names(in: root + "/failures") ?? [] {
            let path = "\(root)/failures/\(name)"
            guard let key = Digest(String(name.prefix(64))), let status = try files.status(of: path, following: false)
            else { continue }
            logs[key, default: []].append((path, status))
        }
        for (key, logs) in logs {
            let isDone = try files.status(of: recordPath(key), following: false) != nil
            let sorted = logs.sorted { ($0.status.stamp.modified, $0.path) < ($1.status.stamp.modified, $1.path) }
            for log in isDone ? sorted[...] : sorted.dropLast() {
                result.remains.add(log.status.size)
                if !dryRun { try files.remove(log.path) }
            }
        }
    }

    /// Checkpoints of keys that are published, documents that were never finished, and damaged files.
    func collectRemains(_ result: inout CollectionResult, dryRun: Bool) throws {
        for name in try files.names(in: root + "/scratch") ?? [] {
            guard let key = Digest(name), try files.status(of: recordPath(key), following: false) != nil
            else { continue }
            result.remains.count += 1
            result.remains.bytes += try size(of: "\(root)/scratch/\(name)")
            if !dryRun { try files.remove("\(root)/scratch/\(name)") }
        }
        for folder in ["pins", "runs"] + (try files.names(in: root + "/runs") ?? []).map({ "runs/\($0)" }) {
            // Nobody writes a document or a pin now: what has a draft's name was given up.
            for name in try files.names(in: "\(root)/\(folder)") ?? [] where name.hasPrefix(".") {
                result.remains.add(try size(of: "\(root)/\(folder)/\(name)"))
                if !dryRun { try files.remove("\(root)/\(folder)/\(name)") }
            }
        }
        try collectFailures(&result, dryRun: dryRun)
        // Where earlier versions kept their index.
        for name in try files.names(in: root + "/index") ?? []
        where [".sqlite", ".sqlite-journal", ".snapshot"].contains(where: name.hasSuffix) {
            result.remains.add(try size(of: "\(root)/index/\(name)"))
            if !dryRun { try files.remove("\(root)/index/\(name)") }
        }
        for name in try files.names(in: root + "/quarantine") ?? [] {
            result.remains.add(try size(of: "\(root)/quarantine/\(name)"))
            if !dryRun { try files.remove("\(root)/quarantine/\(name)") }
        }
    }
}
