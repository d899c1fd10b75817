// Threads that share out work, apart from those that Swift's tasks run on. Knows nothing of the work.

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Threads for work that computes for long.
///
/// Swift's tasks share as many threads as there are cores, and so does Dispatch: a computation that took these would stop the
/// clocks, the progress and the heartbeats of the whole process.
package enum Threads {
    /// The cores that this process may run on.
    package static let cores: Int = {
        let all = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        // Glibc shows the function to C alone, and only where it is asked for extensions.
        guard let symbol = dlsym(nil, "sched_getaffinity") else { return all }
        typealias Function = @convention(c) (pid_t, Int, UnsafeMutableRawPointer) -> Int32
        let affinity = unsafeBitCast(symbol, to: Function.self)
        var set = [UInt64](repeating: 0, count: 128)
        let isKnown = set.withUnsafeMutableBytes { affinity(0, $0.count, $0.baseAddress!) == 0 }
        return isKnown ? max(1, set.reduce(0) { $0 + $1.nonzeroBitCount }) : all
    }()

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread; false where the system gives none.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 8 << 20)
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, &attributes,
            { start in
                Unmanaged<Start>.fromOpaque(start!).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        if failure != 0 { start.release() }
        return failure == 0
    }
}

/// The threads that help whoever has work in pieces: one for each core but the one that whoever it is has already.
final class Crew: Sendable {
    static let shared = Crew(helpers: Threads.cores - 1)

    /// Work in pieces. Whoever comes takes the next piece; the owner works, too, so that a crew that is busy delays nobody.
    private final class Job: Sendable {
        let count: Int
        let body: @Sendable (Int) -> Void
        let next = Atomic(0)
        let finished = Atomic(0)
        /// Helpers that may still join.
        let places: Atomic<Int>
        let done = DispatchSemaphore(value: 0)

        init(_ count: Int, places: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.count = count
            self.places = Atomic(places)
            self.body = body
        }

        var isOpen: Bool { next.load(ordering: .relaxed) < count }

        func work() {
            while true {
                let piece = next.add(1, ordering: .relaxed).oldValue
                guard piece < count else { return }
                body(piece)
                if finished.add(1, ordering: .acquiringAndReleasing).newValue == count { done.signal() }
            }
        }
    }

    private let jobs = Mutex<[Job]>([])
    private let called = DispatchSemaphore(value: 0)
    private let helpers: Int

    private init(helpers: Int) {
        var started = 0
        self.helpers = helpers
        while started < helpers, Threads.start({ Self.shared.help() }) { started += 1 }
    }

    /// Calls `body` for each of `0..<count`, and returns when all calls have.
    ///
    /// - Parameter cores: the most threads that work on it, this one among them.
    func perform(_ count: Int, cores: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let places = min(helpers, count - 1, cores - 1)
        let job = Job(count, places: places, body)
        if places > 0 {
            jobs.withLock { $0.append(job) }
            for _ in 0..<places { called.signal() }
        }
        job.work()
        if places > 0 { jobs.withLock { $0.removeAll { $0 === job } } }
        job.done.wait()
    }

    private func help() {
        while true {
            called.wait()
            let job = jobs.withLock { jobs in
                jobs.first { $0.isOpen && $0.places.subtract(1, ordering: .relaxed).oldValue > 0 }
            }
            job?.work()
        }
    }
}
