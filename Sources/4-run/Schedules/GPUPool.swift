// GPUs that steps take whole, or a part of each one's memory. Knows how full each is, not which device it is.

/// What is free of some GPUs of one size.
///
/// The schedule counts with one whether a step fits. Who carries steps out on this machine chooses devices with one of its own.
package struct GPUPool: Sendable {
    /// What a step has of the GPUs until it gives it back.
    package struct Share: Sendable, Equatable {
        /// Places in the pool, in order, each once.
        package let places: [Int]
        fileprivate let amount: Int
    }

    /// Mebibytes of a GPU; 1 where the size is not known: then nothing shares one.
    private let size: Int
    /// Mebibytes that are free, by GPU.
    private var free: [Int]

    /// `memory` of each GPU; 0 where it is not known.
    package init(count: Int, memory: Int) {
        size = max(1, memory)
        free = Array(repeating: size, count: count)
    }

    /// Whether there is what a demand asks for of GPUs.
    package func has(_ demand: Resources) -> Bool {
        let amount = amount(demand)
        var found = 0
        for free in free where free >= amount { found += 1 }
        return found >= demand.gpus
    }

    /// Takes what a demand asks for where the least is left over: whole GPUs stay for those that need one. Nil where the pool has it not.
    package mutating func take(_ demand: Resources) -> Share? {
        guard has(demand) else { return nil }
        let amount = amount(demand)
        let fitting = free.indices.filter { free[$0] >= amount }.sorted { (free[$0], $0) < (free[$1], $1) }
        let share = Share(places: fitting.prefix(demand.gpus).sorted(), amount: amount)
        for place in share.places { free[place] -= amount }
        return share
    }

    package mutating func give(back share: Share) {
        for place in share.places { free[place] += share.amount }
    }

    private func amount(_ demand: Resources) -> Int { demand.gpuMemory == 0 ? size : min(demand.gpuMemory, size) }
}
