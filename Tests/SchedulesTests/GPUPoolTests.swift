// Shares of GPUs, held against a count of what each has left.

import Schedules
import Testing

@Suite struct GPUPoolTests {
    private func demand(_ gpus: Int, memory: Int = 0) -> Resources {
        Resources(cores: 0, gpus: gpus, gpuMemory: memory)
    }

    @Test func nobodyHasMoreThanThereIsAndAllComesBack() {
        var numbers = SystemIndependentRandom(state: 7)
        for _ in 0..<500 {
            let (count, size) = (Int.random(in: 0...4, using: &numbers), [0, 10].randomElement(using: &numbers)!)
            var pool = GPUPool(count: count, memory: size)
            var held: [(share: GPUPool.Share, amount: Int)] = []
            for _ in 0..<40 {
                if Bool.random(using: &numbers), let place = held.indices.randomElement(using: &numbers) {
                    pool.give(back: held.remove(at: place).share)
                }
                let asked = demand(
                    Int.random(in: 0...3, using: &numbers), memory: Int.random(in: 0...size, using: &numbers))
                let has = pool.has(asked)
                guard let share = pool.take(asked) else {
                    #expect(!has)
                    continue
                }
                #expect(has && share.places.count == asked.gpus && Set(share.places).count == asked.gpus)
                #expect(share.places.allSatisfy { 0..<count ~= $0 })
                held.append((share, asked.gpuMemory == 0 ? max(1, size) : asked.gpuMemory))
                for place in share.places {
                    let taken = held.filter { $0.share.places.contains(place) }.reduce(0) { $0 + $1.amount }
                    #expect(taken <= max(1, size), "more of a GPU than it has")
                }
            }
            for (share, _) in held { pool.give(back: share) }
            #expect(pool.take(demand(count))?.places == Array(0..<count))
        }
    }

    @Test func partsGoWhereTheLeastIsLeftOver() {
        var pool = GPUPool(count: 2, memory: 80)
        let parts = (0..<3).map { _ in pool.take(demand(1, memory: 30)) }
        #expect(parts.map { $0?.places } == [[0], [0], [1]])
        #expect(pool.take(demand(1)) == nil, "no GPU is free as a whole")
        pool.give(back: parts[2]!)
        #expect(pool.take(demand(1))?.places == [1])
    }
}
