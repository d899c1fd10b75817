// The same work on many things, shared out among the processor's cores. Knows nothing of the work.

internal import Dispatch

/// Shares work out among cores.
package enum Parallel {
    /// The results of `body` for `parts` ranges that cover `0..<count`, in their order; each range on a thread of its own.
    static func map<Result: Sendable>(
        _ count: Int, parts: Int, _ body: @Sendable (Range<Int>) -> Result
    ) -> [Result] {
        let parts = max(min(parts, count), 1)
        var results = [Result?](repeating: nil, count: parts)
        results.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let buffer = buffer
            DispatchQueue.concurrentPerform(iterations: parts) { part in
                buffer[part] = body(count * part / parts..<count * (part + 1) / parts)
            }
        }
        return results.map { $0! }
    }

    /// What `body` gives for each of `elements`, in their order, as fast as all cores together can.
    ///
    /// Errors: the first in the order of the elements.
    package static func map<Element: Sendable, Value: Sendable, Failure: Error>(
        _ elements: [Element], _ body: @Sendable (Element) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        // A few at a time: what one takes longer than another evens out.
        let parts: [Result<[Value], Failure>] = map(elements.count, parts: (elements.count + 15) / 16) { range in
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
