// Whether an input was touched while a step read it. Knows what a source is; knows no step.

package import Plans
package import Storage

extension InputResolver {
    /// The stamp of a file or folder outside the store, to be compared with a later one; nil for an output, which nobody edits.
    ///
    /// Errors: what the store says of files that cannot be looked at.
    package func stamp(of source: Source) throws -> InputStamp? {
        switch source {
        case .file(let path, _): try InputStamp(of: path)
        case .folder(let path, _, let part): try InputStamp(of: path) { Self.isRead($0, part) }
        case .hub(let repository, let revision, let part):
            try hub.snapshot(of: repository, revision: revision).map {
                try InputStamp(of: $0) { Self.isRead($0, part) }
            }
        case .output: nil
        }
    }
}
