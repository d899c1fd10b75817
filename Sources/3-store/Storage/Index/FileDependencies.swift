// The files that an answer rests on. Looks at none of them.

package import Digests

/// The files an answer rests on.
package struct FileDependencies: Sendable {
    /// Files and folders that were there.
    package var present: Set<ExactText> = []
    /// Files whose digest was asked of the store; they count as present, too.
    package var inputs: Set<ExactText> = []
    /// What was looked for and not found.
    package var absent: Set<ExactText> = []
    /// Records that were looked up.
    package var records: [Record] = []
    /// Files that were written, or found to be as they are to be, with the digest of their content: where no time stamp tells yet
    /// whether somebody else has written one since, it is read again.
    package var contents: [String: Digest] = [:]
    /// Folders that must have these names in them and no other.
    package var folders: [String: [String]] = [:]
    package init() {}
}
