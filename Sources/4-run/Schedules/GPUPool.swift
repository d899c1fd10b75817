// GPUs that steps take whole, or a part of each one's memory.

/// What is free of some GPUs of one size.
struct GPUPool: Sendable {
    /// Mebibytes of a GPU; 1 where the size is not known: then nothing shares one.
    private let size: Int
    /// Mebibytes that are free, by GPU.
    private var free: [Int]

    /// `memory` of each GPU; 0 where it is not known.
    init(count: Int, memory: Int) {
        size = max(1, memory)
        free = Array(repeating: size, count: count)
    }

    /// Whether so many GPUs have this much free; a memory of 0 is all of it.
    func has(_ count: Int, memory: Int) -> Bool {
        let amount = amount(memory)
        var found = 0
        for free in free where free >= amount { found += 1 }
        return found >= count
    }

    /// Takes what ``has(_:memory:)``, where the least is left over: whole GPUs stay for those that need one. Gives their numbers.
    mutating func take(_ count: Int, memory: Int) -> [Int] {
        let amount = amount(memory)
        let fitting = free.indices.filter { free[$0] >= amount }.sorted { (free[$0], $0) < (free[$1], $1) }
        let taken = fitting.prefix(count).sorted()
        for gpu in taken { free[gpu] -= amount }
        return taken
    }

    mutating func give(back gpus: [Int], memory: Int) {
        for gpu in gpus { free[gpu] += amount(memory) }
    }

    private func amount(_ memory: Int) -> Int { memory == 0 ? size : min(memory, size) }
}
