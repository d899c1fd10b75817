// The places of files that are read, looked up once for all that is delivered beside them. Knows nothing of deliveries.

internal import Digests
internal import Host
internal import Synchronization

/// Whether a path is that of an input, by any of its names. A recipe may have ten thousand inputs and a logbook a hundred files.
final class InputPlaces: Sendable {
    private struct Found {
        var files: [Identity: String] = [:]
        var paths: [ExactText: String] = [:]
    }

    private struct Identity: Hashable {
        let device: Int
        let inode: Int
    }

    private let inputs: [String]
    private let found = Mutex<Found?>(nil)

    init(_ inputs: [String]) { self.inputs = inputs }

    /// The input that lies at `place`, an absolute path without links, or that is the file with this stamp; nil where none does.
    func input(at place: String, _ stamp: Stamp?, _ files: any FileSystem) -> String? {
        found.withLock { known in
            let found = known ?? look(files)
            known = found
            return stamp.flatMap { found.files[Identity(device: $0.device, inode: $0.inode)] } ?? found.paths[ExactText(place)]
        }
    }

    private func look(_ files: any FileSystem) -> Found {
        var found = Found()
        for input in inputs {
            if let stamp = (try? files.status(of: input, following: true))?.stamp {
                found.files[Identity(device: stamp.device, inode: stamp.inode)] = input
            }
            found.paths[ExactText(files.absolute(input))] = input
        }
        return found
    }
}
