// One try at a step: a private folder that lives as long as its owner. Knows nothing of what the step does.

package import Digests

/// A private place to write a step's outputs.
///
/// The attempt belongs to the process that began it: a lock on a file beside the folder says that it lives. When the
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
    private let owned: OpenFile

    /// Makes the folder. The owner's file comes first and goes last, so a folder without one belongs to nobody.
    init(key: Digest, in attempts: String, scratch: String) throws {
        while true {
            let name = "\(key)-\(makeNonce())"
            let owner = try OpenFile(locking: "\(attempts)/\(name).owner", making: true)
            // A sweep may have found the file before it was locked, and have taken it away.
            guard try owner.lock(shared: true), try owner.hasItsName() else { continue }
            self.key = key
            self.name = name
            self.owned = owner
            self.folder = "\(attempts)/\(name)"
            self.outputs = folder + "/outputs"
            self.log = folder + "/log.txt"
            self.scratch = scratch
            break
        }
        try Disk.makeFolder(outputs)
        try Disk.makeFolder(scratch)
    }

    /// Removes the folder, then the owner's file.
    func remove() throws {
        try Disk.remove(folder)
        try Disk.remove(owned.path)
    }
}

/// Sixteen hexadecimal digits that nobody else has.
func makeNonce() -> String {
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
