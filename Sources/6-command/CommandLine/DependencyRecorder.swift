// Which files a verb has read and looked for on its way to a plan. Knows nothing of what is in them.

internal import Digests
internal import Storage
internal import Synchronization

/// What was read and looked for while a recipe was loaded.
final class DependencyRecorder: Sendable {
    private let dependencies = Mutex(FileDependencies())

    func exists(_ path: String) -> Bool {
        let isThere = Files.exists(path)
        let name = ExactText(path)
        dependencies.withLock { dependencies in
            if isThere { _ = dependencies.present.insert(name) } else { _ = dependencies.absent.insert(name) }
        }
        return isThere
    }

    func read(_ path: String) { dependencies.withLock { _ = $0.present.insert(ExactText(path)) } }

    var all: FileDependencies { dependencies.withLock { $0 } }
}
