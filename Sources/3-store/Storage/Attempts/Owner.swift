// Who holds a file of the store: by a lock where the disk has locks, else by what the file says and signs of life.

internal import Digests
internal import Formats
package import Host
internal import Synchronization

/// The process that holds a file, as it says of itself in the file's first line.
package struct Owner: Sendable {
    package let mark: ProcessMark
    /// Seconds since 1970.
    package let since: Double

    /// `process 4711 on box, for 3 min`.
    package func description(asOf now: Int) -> String {
        let seconds = max(0, Double(now) / 1e9 - since)
        let time =
            seconds < 90
            ? "\(Int(seconds)) s" : seconds < 5_400 ? "\(Int(seconds / 60)) min" : "\(Int(seconds / 3_600)) h"
        return "process \(mark.process) on \(mark.host), for \(time)"
    }

    var line: String {
        JSON.object([
            "host": .string(mark.host), "boot": .string(mark.boot), "process": .integer(mark.process),
            "began": .integer(mark.began), "since": .number(since),
        ]).text() + "\n"
    }

    init(_ mark: ProcessMark, since: Double) { (self.mark, self.since) = (mark, since) }

    /// Reads ``line`` from the beginning of a file; nil where it does not begin with one.
    init?(reading bytes: [UInt8]) {
        let line = Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
        guard let owner = try? JSONDocument(parsing: line, name: "the owner"),
            let host = try? owner.member("host").text, let boot = try? owner.member("boot").text,
            let process = try? owner.member("process").integer, let began = try? owner.member("began").integer,
            let since = try? owner.member("since").number
        else { return nil }
        mark = ProcessMark(host: host, boot: boot, process: process, began: began)
        self.since = since
    }
}

/// What is known of the holder of a file.
enum Holder {
    /// Nobody holds it. Where the disk has locks, this opening of the file holds it now.
    case gone(any OpenFile)
    /// Somebody does, who may have said who.
    case alive(Owner?)
}

/// Files that this process holds on disks without locks, marked from time to time as a sign of life.
final class SignsOfLife: Sendable {
    /// Without a sign for so long (nanoseconds), a holder of another machine counts as gone.
    static let patience = 600 * 1_000_000_000
    private let files = Mutex<[String: any OpenFile]>([:])
    private let task = Mutex<Task<Void, Never>?>(nil)

    func begin(_ file: any OpenFile) {
        files.withLock { $0[file.path] = file }
        task.withLock { task in
            guard task == nil else { return }
            task = Task.detached { [weak self] in
                while let self, !Task.isCancelled {
                    self.give()
                    try? await Task.sleep(for: .seconds(30))
                }
            }
        }
    }

    func end(_ path: String) { files.withLock { $0[path] = nil } }
    func give() { for file in files.withLock({ Array($0.values) }) { try? file.touch() } }
    deinit { task.withLock { $0?.cancel() } }
}

extension Store {
    /// Opens, locks and signs a file that says by that: its holder lives. Nil where somebody else holds it.
    func hold(_ path: String, shared: Bool) throws -> (any OpenFile)? {
        while true {
            let file = try openLock(path, .locking)
            switch try file.lock(shared: shared) {
            case .taken: return nil
            case .unavailable:
                // A file without a name in it has just been made, by us or in the same instant by another: a lease of two is no harm.
                if !shared, owner(in: path) != nil, case .alive = try judge(file) { return nil }
                signs.begin(file)
            case .held: break
            }
            // The holder before us may have removed the file between our opening and our locking it.
            guard try file.hasItsName() else { continue }
            try? file.rewrite(owner.line.utf8)
            return file
        }
    }

    /// Opens a file of the store's to lock it. Errors: ``AblateError`` of kind `refused` for one that others have under a name of
    /// theirs, too: what is written into it would be written into theirs.
    func openLock(_ path: String, _ mode: OpenMode) throws -> any OpenFile {
        let file = try files.open(path, mode)
        let status = try file.status()
        guard status.form == .file, status.links <= 1 else {
            throw AblateError(
                .refused,
                "expected a lock of the store's own, found "
                    + (status.form == .file ? "a file with another name, too (a hard link)" : "a pipe or device"),
                path: path, advice: "remove it: a lock is made again where it is needed; nothing was changed")
        }
        return file
    }

    /// Lets go of a held file and takes it away.
    func release(_ path: String) {
        signs.end(path)
        try? files.remove(path)
    }

    private var owner: Owner { Owner(host.processes.current, since: Double(host.clock.now) / 1e9) }

    /// Whether the holder of a file lives; nil where there is no such file. Nothing is written.
    func holder(of path: String) throws -> Holder? {
        guard let file = try? openLock(path, .lockingPresent) else { return nil }
        switch try file.lock(shared: false) {
        case .held: return .gone(file)
        case .taken: return .alive(owner(in: path))
        case .unavailable: return try judge(file)
        }
    }

    /// Who said in a file that it is theirs.
    func owner(in path: String) -> Owner? {
        let bytes = (try? files.open(path, .readingItself).content(limit: 1 << 28)) ?? nil
        return bytes.flatMap(Owner.init(reading:))
    }

    /// Whether the holder of a file lives, where there are no locks to tell. Who cannot be asked counts as alive while there was a
    /// sign of life lately.
    private func judge(_ file: any OpenFile) throws -> Holder {
        let owner = owner(in: file.path)
        if let owner, let isAlive = host.processes.isAlive(owner.mark) { return isAlive ? .alive(owner) : .gone(file) }
        return try file.status().stamp.modified > diskTime - SignsOfLife.patience ? .alive(owner) : .gone(file)
    }

    /// Now by the clock that marks this disk's files, which may be a server's and go otherwise than this machine's: what a file that
    /// is made now is marked with. By the machine's own clock where nothing can be made; nothing is removed then, either.
    private var diskTime: Int {
        let path = "\(root)/.store-\(makeNonce())"
        defer { try? files.remove(path) }
        guard access == .readWrite, let file = try? files.open(path, .creating), let status = try? file.status() else {
            return host.clock.now
        }
        return status.stamp.modified
    }
}
