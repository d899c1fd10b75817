// What the plugin EmbedWorker found in the package's folder, as bytes: modules and locks.

/// A file that travels inside the binary.
package struct WorkerSource: Sendable {
    /// Its path in the package, such as `models/classifier.py`.
    package let path: String
    /// What is in it.
    package let bytes: [UInt8]
}

enum WorkerSources {
    /// Every embedded file, by path.
    static let all: [WorkerSource] = EmbeddedWorker.files.map { file in
        WorkerSource(path: file.path, bytes: file.content.withUTF8Buffer(Array.init))
    }

    /// The modules of the Python package.
    static var modules: [WorkerSource] { all.filter { $0.path.hasSuffix(".py") } }

    /// A build of torch without CUDA, where a folder of wheels offers one: first, on a machine without a GPU.
    static var processorLock: WorkerSource { lock("requirements-cpu.lock") }
    /// What the worker imports.
    static var commonLock: WorkerSource { lock("requirements.lock") }
    /// What a CUDA build of torch loads besides.
    static var cudaLock: WorkerSource { lock("requirements-cuda.lock") }

    /// What metric files need besides, and nothing else: in a folder of its own, so that the environment stays as it is.
    static var tablesLock: WorkerSource { lock("requirements-tables.lock") }

    /// The locks in the order in which the environment's name digests them.
    static var locks: [WorkerSource] { [processorLock, commonLock, cudaLock] }

    private static func lock(_ name: String) -> WorkerSource {
        guard let file = all.first(where: { $0.path == name }) else {
            preconditionFailure("the Python package has no \(name)")
        }
        return file
    }
}
