// The same work on many things, shared out among the processor's cores. Knows nothing of the work.

/// Shares work out among cores.
package enum Parallel {
    /// The results of `body` for ranges of `size` that cover `0..<count`, in their order. The ranges do not depend on how many
    /// cores there are, so that sums over them do not either.
    ///
    /// - Parameter cores: 1 for this thread alone; else all there are.
    package static func map<Value: Sendable>(
        _ count: Int, inRangesOf size: Int, cores: Int = .max, _ body: @escaping @Sendable (Range<Int>) -> Value
    ) -> [Value] {
        let parts = (count + size - 1) / size
        let range: @Sendable (Int) -> Range<Int> = { $0 * size..<min(($0 + 1) * size, count) }
        guard parts > 1, cores > 1 else { return (0..<parts).map { body(range($0)) } }
        let cancellation = Cancellation.current
        var results = [Value?](repeating: nil, count: parts)
        results.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let buffer = buffer
            Crew.shared.perform(parts, cores: cores) { part in
                buffer[part] =
                    cancellation == nil
                    ? body(range(part)) : Cancellation.$current.withValue(cancellation) { body(range(part)) }
            }
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
        _ body: @escaping @Sendable (Element) throws(Failure) -> Value
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

    /// The same for work that can be cancelled: it is asked before each element whether the work is still wanted.
    ///
    /// Errors: the first in the order of the elements; that of the cancellation.
    package static func map<Element: Sendable, Value: Sendable, Failure: CancellableError>(
        _ elements: [Element], atOnce: Int = 16, cores: Int = .max,
        _ body: @escaping @Sendable (Element) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        let parts: [Result<[Value], Failure>] = map(elements.count, inRangesOf: atOnce, cores: cores) { range in
            var values: [Value] = []
            do throws(Failure) {
                for element in elements[range] {
                    if Cancellation.isRequested { throw Failure.cancelled }
                    values.append(try body(element))
                }
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
