// One try at a step: a private folder that lives as long as its owner. Knows nothing of what the step does.

package import Digests
internal import Host

/// A private place to write a step's outputs.
///
/// The attempt belongs to the process that began it: a held file beside the folder says that it lives. When the
/// last reference goes, or the process ends in whatever way, the attempt is dead and the next engine sweeps it.
package final class Attempt: Sendable {
    package let key: Digest
    /// The absolute path of the private folder.
    package let folder: String
    /// Where the step writes its outputs: one file or folder for each, under the output's name.
    package let outputs: String
    /// Where the step's log goes. The file is not made.
    package let log: String
    /// A folder that later attempts at the same key find again: for checkpoints. Gone once the key is published.
    package let scratch: String
    /// The file whose lock keeps the attempt alive. A process that outlives the engine may hold a shared lock on it too.
    package var owner: String { owned.path }

    let name: String
    private let owned: any OpenFile
    private let store: Store

    /// Makes the folder. The owner's file comes first and goes last, so a folder without one belongs to nobody.
    init(key: Digest, in store: Store) throws {
        while true {
            let name = "\(key)-\(makeNonce())"
            // A sweep may hold the file for the moment in which it finds out that somebody else does.
            guard let owner = try store.hold("\(store.root)/attempts/\(name).owner", shared: true) else { continue }
            self.key = key
            self.name = name
            self.store = store
            self.owned = owner
            self.folder = "\(store.root)/attempts/\(name)"
            self.outputs = folder + "/outputs"
            self.log = folder + "/log.txt"
            self.scratch = store.scratchPath(key)
            break
        }
        try store.files.makeFolder(outputs)
        try store.files.makeFolder(scratch)
    }

    deinit { store.signs.end(owned.path) }

    /// Removes the folder, then the owner's file.
    func remove() throws {
        try store.files.remove(folder)
        store.release(owned.path)
    }
}
