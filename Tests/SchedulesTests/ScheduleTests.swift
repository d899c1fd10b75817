// The schedule on random graphs, held against what must be true of any schedule.

import Schedules
import Testing

/// Plays the owner: performs actions in a random order, with random outcomes.
private struct Owner {
    var random: SystemIndependentRandom
    let dependencies: [[Int]]
    let demands: [Resources]
    let capacity: Resources
    let hits: Set<Int>
    let failures: Set<Int>
    var schedule: Schedule
    var probed: [Int] = []
    var executed: [Int] = []
    var pending: [Schedule.Action] = []
    var running: [Int: [Int]] = [:]
    var granted: [Int: Int] = [:]
    var done: Set<Int> = []
    var cancelled: Set<Int> = []

    init(seed: UInt64, keepGoing: Bool) {
        var random = SystemIndependentRandom(state: seed)
        let count = Int.random(in: 1...40, using: &random)
        var dependencies: [[Int]] = []
        var demands: [Resources] = []
        var hits: Set<Int> = []
        var failures: Set<Int> = []
        for step in 0..<count {
            dependencies.append((0..<step).filter { _ in Int.random(in: 0..<6, using: &random) == 0 })
            demands.append(
                Resources(
                    cores: Int.random(in: 0...5, using: &random), mostCores: Int.random(in: 0...7, using: &random),
                    gpus: Int.random(in: 0...2, using: &random),
                    memory: Int.random(in: 0...9, using: &random), gpuMemory: Int.random(in: 0...12, using: &random)))
            if Int.random(in: 0..<3, using: &random) == 0 { hits.insert(step) }
            if Int.random(in: 0..<12, using: &random) == 0 { failures.insert(step) }
        }
        capacity = Resources(
            cores: Int.random(in: 1...4, using: &random), gpus: Int.random(in: 0...2, using: &random),
            memory: Int.random(in: 0...8, using: &random), gpuMemory: [0, 10].randomElement(using: &random)!)
        schedule = Schedule(
            dependencies: dependencies, demands: demands, estimates: (0..<count).map { Double($0 % 7) },
            capacity: capacity, keepGoing: keepGoing)
        self.random = random
        self.dependencies = dependencies
        self.demands = demands
        self.hits = hits
        self.failures = failures
    }

    mutating func take(_ actions: [Schedule.Action]) {
        for action in actions {
            switch action {
            case .probe(let step):
                #expect(dependencies[step].allSatisfy(done.contains), "probed before its inputs")
                #expect(!probed.contains(step), "probed twice")
                probed.append(step)
                pending.append(action)
            case .execute(let step, let gpus, let cores):
                #expect(!executed.contains(step), "executed twice")
                #expect(!hits.contains(step), "executed although it was there")
                executed.append(step)
                #expect(gpus.count == demands[step].clamped(to: capacity).gpus)
                #expect(Set(gpus).count == gpus.count && gpus.allSatisfy { 0..<capacity.gpus ~= $0 })
                running[step] = gpus
                for gpu in gpus {
                    let sharing = running.filter { $0.value.contains(gpu) }.keys
                    let amounts = sharing.map { demands[$0].clamped(to: capacity).gpuMemory }
                    #expect(sharing.count == 1 || !amounts.contains(0), "a GPU that one has alone, twice at once")
                    #expect(amounts.reduce(0, +) <= capacity.gpuMemory, "more of a GPU's memory than it has")
                }
                granted[step] = cores
                let demand = demands[step].clamped(to: capacity)
                #expect((demand.cores...demand.mostCores).contains(cores))
                let least = running.keys.reduce(0) { $0 + demands[$1].clamped(to: capacity).cores }
                #expect(least <= capacity.cores, "more cores than there are")
                let memory = running.keys.reduce(0) { $0 + demands[$1].clamped(to: capacity).memory }
                #expect(memory <= capacity.memory, "more memory than there is")
                pending.append(action)
            case .resize(let step, let cores):
                let demand = demands[step].clamped(to: capacity)
                #expect(running[step] != nil && granted[step] != cores)
                #expect((demand.cores...demand.mostCores).contains(cores))
                granted[step] = cores
            case .cancel(let step):
                #expect(running[step] != nil)
                cancelled.insert(step)
            }
        }
        let used = running.keys.reduce(0) { $0 + granted[$1]! }
        #expect(used <= capacity.cores, "more cores than there are")
        let wants = running.keys.contains { granted[$0]! < demands[$0].clamped(to: capacity).mostCores }
        #expect(used == capacity.cores || !wants, "cores that are free and not used")
    }

    /// Runs to the end; `stopAfter` events the run is told to stop.
    mutating func run(stopAfter: Int?) {
        take(schedule.start())
        var events = 0
        while !pending.isEmpty {
            if events == stopAfter {
                take(schedule.handle(.stop))
            }
            events += 1
            let action = pending.remove(at: Int.random(in: 0..<pending.count, using: &random))
            switch action {
            case .probe(let step):
                if hits.contains(step) { done.insert(step) }
                take(schedule.handle(.probed(step, hit: hits.contains(step))))
            case .execute(let step, _, _):
                running[step] = nil
                if cancelled.contains(step) {
                    take(schedule.handle(.cancelled(step)))
                } else if failures.contains(step) {
                    take(schedule.handle(.failed(step)))
                } else {
                    done.insert(step)
                    take(schedule.handle(.finished(step)))
                }
            case .resize, .cancel: break
            }
        }
    }
}

/// SplitMix64: the same numbers everywhere.
private struct SystemIndependentRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct ScheduleTests {
    @Test(arguments: [true, false]) func everyStepEndsAndNothingIsLeftInLimbo(_ keepGoing: Bool) {
        for seed in 0..<1_000 {
            var owner = Owner(seed: UInt64(seed), keepGoing: keepGoing)
            owner.run(stopAfter: seed % 4 == 0 ? seed % 23 : nil)
            #expect(owner.schedule.isFinished, "seed \(seed)")
            #expect(owner.running.isEmpty)
            for (step, state) in owner.schedule.states.enumerated() {
                #expect((state == .done) == owner.done.contains(step), "seed \(seed), step \(step)")
            }
        }
    }

    @Test func withoutAStopAFailureBlocksExactlyWhatDependsOnIt() {
        for seed in 0..<1_000 {
            var owner = Owner(seed: UInt64(seed), keepGoing: true)
            owner.run(stopAfter: nil)
            var lost: Set<Int> = []
            for step in owner.dependencies.indices {
                let isBlocked = owner.dependencies[step].contains(where: lost.contains)
                if isBlocked || owner.failures.contains(step) && !owner.hits.contains(step) { lost.insert(step) }
                let state = owner.schedule.states[step]
                #expect(
                    lost.contains(step) ? state == (isBlocked ? .blocked : .failed) : state == .done, "seed \(seed)")
            }
        }
    }

    @Test func theLongestRemainingPathGoesFirst() {
        var schedule = Schedule(
            dependencies: [[], [], [1], [2]], demands: Array(repeating: Resources(cores: 1), count: 4),
            estimates: [2, 1, 1, 1],
            capacity: Resources(cores: 1), keepGoing: false)
        #expect(schedule.start() == [.probe(0), .probe(1)])
        #expect(schedule.handle(.probed(0, hit: false)) == [.execute(0, gpus: [], cores: 1)])
        #expect(schedule.handle(.probed(1, hit: false)).isEmpty)
        #expect(schedule.handle(.finished(0)) == [.execute(1, gpus: [], cores: 1)])
        var other = Schedule(
            dependencies: [[], [], [1], [2]], demands: Array(repeating: Resources(cores: 2), count: 4),
            estimates: [2, 1, 1, 1],
            capacity: Resources(cores: 2), keepGoing: false)
        _ = other.start()
        _ = other.handle(.probed(1, hit: false))
        _ = other.handle(.probed(0, hit: false))
        #expect(other.handle(.finished(1)).contains(.probe(2)))
    }

    @Test func gpusAreSharedByMemoryAndWholeOnesKept() {
        let parts = Resources(cores: 0, gpus: 1, gpuMemory: 30)
        var schedule = Schedule(
            dependencies: [[], [], [], [], []], demands: [parts, parts, parts, Resources(cores: 0, gpus: 1), parts],
            estimates: [5, 4, 3, 2, 1], capacity: Resources(cores: 1, gpus: 2, gpuMemory: 80), keepGoing: false)
        _ = schedule.start()
        #expect(
            (0..<4).map { schedule.handle(.probed($0, hit: false)) } == [
                [.execute(0, gpus: [0], cores: 0)], [.execute(1, gpus: [0], cores: 0)],
                [.execute(2, gpus: [1], cores: 0)], [],
            ])
        #expect(schedule.handle(.finished(2)).contains(.execute(3, gpus: [1], cores: 0)))
        #expect(schedule.handle(.probed(4, hit: false)).isEmpty)
        #expect(schedule.handle(.finished(0)).contains(.execute(4, gpus: [0], cores: 0)))
    }

    /// Steps 0 and 1 need a core and use four; step 2 needs one, step 3 needs two.
    private func sharing(cores: Int) -> Schedule {
        let wide = Resources(cores: 1, mostCores: 4)
        var schedule = Schedule(
            dependencies: [[], [], [], []], demands: [wide, wide, Resources(cores: 1), Resources(cores: 2)],
            estimates: [5, 4, 3, 2], capacity: Resources(cores: cores), keepGoing: false)
        _ = schedule.start()
        return schedule
    }

    @Test func coresThatAreFreeGoToAStepThatCanUseThemWhileNobodyElseNeedsThem() {
        var schedule = sharing(cores: 3)
        #expect(schedule.handle(.probed(2, hit: false)) == [.execute(2, gpus: [], cores: 1)])
        #expect(schedule.handle(.probed(0, hit: false)) == [.execute(0, gpus: [], cores: 2)])
        #expect(schedule.handle(.finished(2)) == [.resize(0, cores: 3)])
        #expect(schedule.handle(.probed(3, hit: false)) == [.execute(3, gpus: [], cores: 2), .resize(0, cores: 1)])
        #expect(schedule.handle(.finished(3)) == [.resize(0, cores: 3)])
    }

    @Test func thoseThatCanUseMoreShareInEqualParts() {
        var schedule = sharing(cores: 7)
        #expect(schedule.handle(.probed(1, hit: false)) == [.execute(1, gpus: [], cores: 4)])
        #expect(schedule.handle(.probed(0, hit: false)) == [.execute(0, gpus: [], cores: 4), .resize(1, cores: 3)])
        #expect(schedule.handle(.probed(2, hit: false)) == [.execute(2, gpus: [], cores: 1), .resize(0, cores: 3)])
        #expect(schedule.handle(.finished(0)) == [.resize(1, cores: 4)])
    }

    @Test func aDemandBeyondTheMachineStillRuns() {
        var schedule = Schedule(
            dependencies: [[]], demands: [Resources(cores: 64, gpus: 8)], estimates: [1],
            capacity: Resources(cores: 2, gpus: 1),
            keepGoing: false)
        _ = schedule.start()
        #expect(schedule.handle(.probed(0, hit: false)) == [.execute(0, gpus: [0], cores: 2)])
    }
}
