// How long the rest of a run takes at best. Knows numbers of steps and what they take, no clock and no machine.

package struct Outlook: Sendable {
    private let dependencies: [[Int]]
    private let demands: [Resources]
    private let capacity: Resources

    /// For each step the steps it waits for, all before it, and what it takes of `capacity`.
    package init(dependencies: [[Int]], demands: [Resources], capacity: Resources) {
        precondition(dependencies.count == demands.count, "a demand for each step")
        (self.dependencies, self.demands, self.capacity) = (dependencies, demands, capacity)
    }

    /// The longest of three: the work for the cores, that for the GPUs, and the longest chain of steps.
    ///
    /// - Parameter rest: the seconds that are left of each step that is not done.
    package func seconds(of rest: [Int: Double]) -> Double {
        var ends: [Int: Double] = [:]
        var (onCores, onGPUs, chain) = (0.0, 0.0, 0.0)
        for (step, own) in rest.sorted(by: { $0.key < $1.key }) {
            let end = own + (dependencies[step].compactMap { ends[$0] }.max() ?? 0)
            ends[step] = end
            chain = max(chain, end)
            onCores += own * Double(demands[step].cores)
            onGPUs += own * Double(demands[step].gpus)
        }
        return max(
            chain, onCores / Double(max(1, capacity.cores)), capacity.gpus > 0 ? onGPUs / Double(capacity.gpus) : 0)
    }
}
