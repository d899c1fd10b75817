// Texts told apart by their bytes. Knows nothing of what they name.

/// A text that equals another one if its bytes do.
///
/// To a `String`, é in one character and é as e with an accent are equal, so of two files with these names a set or dictionary keeps
/// one. File systems, tables and Python tell them apart, and so does what stands for their names here.
package struct ExactText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }
}

extension String {
    /// Whether the bytes of both are the same.
    package func isExactly(_ other: String) -> Bool {
        let same = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { own.elementsEqual($0) }
        }
        return same.flatMap { $0 } ?? utf8.elementsEqual(other.utf8)
    }
}
