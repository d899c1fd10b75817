// The same work on many things, shared out among the processor's cores. Knows nothing of the work.

internal import Dispatch

/// Shares work out among cores.
package enum Parallel {
    /// The results of `body` for ranges of `size` that cover `0..<count`, in their order. The ranges do not depend on how many
    /// cores there are, so that sums over them do not either.
    ///
    /// - Parameter cores: 1 for this thread alone; else all there are.
    static func map<Value: Sendable>(
        _ count: Int, inRangesOf size: Int, cores: Int = .max, _ body: @Sendable (Range<Int>) -> Value
    ) -> [Value] {
        let parts = (count + size - 1) / size
        let range: @Sendable (Int) -> Range<Int> = { $0 * size..<min(($0 + 1) * size, count) }
        guard parts > 1, cores > 1 else { return (0..<parts).map { body(range($0)) } }
        var results = [Value?](repeating: nil, count: parts)
        results.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let buffer = buffer
            DispatchQueue.concurrentPerform(iterations: parts) { buffer[$0] = body(range($0)) }
        }
        return results.map { $0! }
    }

    /// What `body` gives for each of `elements`, in their order.
    ///
    /// - Parameters:
    ///   - atOnce: how many neighbours one thread takes: few, for what one takes longer than another evens out then.
    ///   - cores: 1 for this thread alone; else all there are.
    ///
    /// Errors: the first in the order of the elements.
    package static func map<Element: Sendable, Value: Sendable, Failure: Error>(
        _ elements: [Element], atOnce: Int = 16, cores: Int = .max,
        _ body: @Sendable (Element) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        let parts: [Result<[Value], Failure>] = map(elements.count, inRangesOf: atOnce, cores: cores) { range in
            var values: [Value] = []
            do throws(Failure) {
                for element in elements[range] { values.append(try body(element)) }
                return .success(values)
            } catch {
                return .failure(error)
            }
        }
        var values: [Value] = []
        for part in parts { values += try part.get() }
        return values
    }
}
