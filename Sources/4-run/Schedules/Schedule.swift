// Which step goes next: a pure value, events in and actions out. No I/O, no clock, no knowledge of what a step does.

/// The state of all steps of a run.
///
/// The owner performs every ``Action`` it is given and reports what came of it as an ``Event``. A step is first *probed*, when
/// all it depends on is done: its key is then known, and a record may spare it. Only a miss takes resources and executes.
package struct Schedule: Sendable {
    package enum State: String, Sendable {
        /// Something it depends on is not done.
        case waiting
        /// The owner is looking for a record.
        case probing
        /// It must run and waits for resources.
        case ready
        case running
        case done
        case failed
        /// Something it depends on has failed or was cancelled.
        case blocked
        /// The run was stopped before it could finish.
        case cancelled

        package var isFinal: Bool {
            switch self {
            case .done, .failed, .blocked, .cancelled: true
            case .waiting, .probing, .ready, .running: false
            }
        }
    }

    package enum Event: Sendable, Equatable {
        /// A probe found a record (`hit`) or did not.
        case probed(Int, hit: Bool)
        case finished(Int)
        case failed(Int)
        /// A running step ended because it was cancelled.
        case cancelled(Int)
        /// The run must end: nothing new starts, and what runs is cancelled.
        case stop
    }

    package enum Action: Sendable, Equatable {
        case probe(Int)
        /// Run the step, with these GPUs and so many cores.
        case execute(Int, gpus: [Int], cores: Int)
        /// The running step has so many cores from now on.
        case resize(Int, cores: Int)
        case cancel(Int)
    }

    package private(set) var states: [State]
    private let dependencies: [[Int]]
    private let dependents: [[Int]]
    private let demands: [Resources]
    private let urgency: [Double]
    private let keepGoing: Bool
    private var unmet: [Int]
    /// What no running step needs; some of them may use it.
    private var cores: Int
    /// The running steps that can use more cores than they need.
    private var elastic: Set<Int> = []
    private var gpus: GPUPool
    private var memory: Int
    private var held: [Int: (cores: Int, gpus: [Int])] = [:]
    private var isStopping = false
    /// Steps in state `ready` by what they take, the most urgent last: starting one looks at no others.
    private var ready: [Resources: [Int]] = [:]
    private var unfinished: Int

    /// - Parameters:
    ///   - dependencies: for each step the steps it waits for, all before it.
    ///   - demands: for each step what it takes; at most `capacity`.
    ///   - estimates: for each step the seconds it is expected to take; steps on the longest remaining path go first.
    ///   - keepGoing: whether steps that do not depend on a failed one still start.
    package init(
        dependencies: [[Int]], demands: [Resources], estimates: [Double], capacity: Resources, keepGoing: Bool
    ) {
        let count = dependencies.count
        precondition(demands.count == count && estimates.count == count, "one demand and one estimate for each step")
        self.dependencies = dependencies
        self.demands = demands.map { $0.clamped(to: capacity) }
        self.keepGoing = keepGoing
        var dependents = [[Int]](repeating: [], count: count)
        for (step, before) in dependencies.enumerated() {
            for dependency in before {
                precondition(dependency < step, "steps come after what they depend on")
                dependents[dependency].append(step)
            }
        }
        self.dependents = dependents
        var urgency = estimates
        for step in (0..<count).reversed() { urgency[step] += dependents[step].map { urgency[$0] }.max() ?? 0 }
        self.urgency = urgency
        self.states = [State](repeating: .waiting, count: count)
        self.unfinished = count
        self.unmet = dependencies.map(\.count)
        self.cores = capacity.cores
        self.gpus = GPUPool(count: capacity.gpus, memory: capacity.gpuMemory)
        self.memory = capacity.memory
    }

    package var isFinished: Bool { unfinished == 0 }

    /// The first actions: every step without dependencies is probed.
    package mutating func start() -> [Action] {
        var actions: [Action] = []
        for step in states.indices where unmet[step] == 0 {
            states[step] = .probing
            actions.append(.probe(step))
        }
        return actions
    }

    package mutating func handle(_ event: Event) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .probed(let step, let hit):
            guard states[step] == .probing else { break }
            if hit {
                actions += finish(step)
            } else if isStopping {
                end(step, as: .cancelled)
            } else {
                states[step] = .ready
                enqueue(step)
            }
        case .finished(let step):
            release(step)
            actions += finish(step)
        case .failed(let step):
            release(step)
            end(step, as: .failed)
            if !keepGoing { stopStarting() }
        case .cancelled(let step):
            release(step)
            end(step, as: .cancelled)
        case .stop:
            stopStarting()
            for step in states.indices where states[step] == .running { actions.append(.cancel(step)) }
        }
        return actions + dispatch()
    }

    // MARK: - Transitions

    private mutating func conclude(_ step: Int, as state: State) {
        if !states[step].isFinal { unfinished -= 1 }
        states[step] = state
    }

    private mutating func finish(_ step: Int) -> [Action] {
        conclude(step, as: .done)
        var actions: [Action] = []
        for dependent in dependents[step] {
            unmet[dependent] -= 1
            if unmet[dependent] == 0, states[dependent] == .waiting {
                states[dependent] = .probing
                actions.append(.probe(dependent))
            }
        }
        return actions
    }

    /// Ends a step without a result; everything that waits for it, however far away, is blocked.
    private mutating func end(_ step: Int, as state: State) {
        conclude(step, as: state)
        var reached = dependents[step]
        while let next = reached.popLast() {
            guard states[next] == .waiting else { continue }
            conclude(next, as: .blocked)
            reached += dependents[next]
        }
    }

    /// Nothing new starts. What is being probed may still turn out to be there already.
    private mutating func stopStarting() {
        isStopping = true
        ready = [:]
        for step in states.indices where states[step] == .ready { end(step, as: .cancelled) }
    }

    private mutating func release(_ step: Int) {
        guard let held = held.removeValue(forKey: step) else { return }
        let demand = demands[step]
        elastic.remove(step)
        cores += demand.cores
        memory += demand.memory
        gpus.give(back: held.gpus, memory: demand.gpuMemory)
    }

    /// Starts ready steps, the most urgent first, as far as resources reach, and shares out what is left of the cores.
    private mutating func dispatch() -> [Action] {
        let started = isStopping ? [] : takeReady()
        let changed = shareOut()
        let isNew = Set(started)
        return started.map { .execute($0, gpus: held[$0]!.gpus, cores: held[$0]!.cores) }
            + changed.filter { !isNew.contains($0) }.map { .resize($0, cores: held[$0]!.cores) }
    }

    private mutating func takeReady() -> [Int] {
        var started: [Int] = []
        while true {
            var next: Int?
            for (demand, steps) in ready where fits(demand) {
                if let first = steps.last, next.map({ isMoreUrgent(first, than: $0) }) ?? true { next = first }
            }
            guard let step = next else { return started }
            let demand = demands[step]
            ready[demand]?.removeLast()
            let taken = gpus.take(demand.gpus, memory: demand.gpuMemory)
            cores -= demand.cores
            memory -= demand.memory
            held[step] = (demand.cores, taken)
            if demand.mostCores > demand.cores { elastic.insert(step) }
            states[step] = .running
            started.append(step)
        }
    }

    /// Gives the cores that nobody needs to the running steps that can use more, in equal parts. Returns those that have another
    /// number of them now.
    private mutating func shareOut() -> [Int] {
        let all = elastic.sorted { isMoreUrgent($0, than: $1) }
        var shares = all.map { demands[$0].cores }
        var left = cores
        while left > 0,
            let least = shares.indices.filter({ shares[$0] < demands[all[$0]].mostCores }).map({ shares[$0] }).min()
        {
            for place in all.indices where left > 0 && shares[place] == least && least < demands[all[place]].mostCores {
                shares[place] += 1
                left -= 1
            }
        }
        var changed: [Int] = []
        for (step, share) in zip(all, shares) where held[step]!.cores != share {
            held[step]!.cores = share
            changed.append(step)
        }
        return changed
    }

    private func fits(_ demand: Resources) -> Bool {
        demand.cores <= cores && gpus.has(demand.gpus, memory: demand.gpuMemory)
            && demand.memory <= memory
    }

    /// Whether a ready step goes before another: the longer remaining path first, then the order of the plan.
    private func isMoreUrgent(_ step: Int, than other: Int) -> Bool {
        (-urgency[step], step) < (-urgency[other], other)
    }

    private mutating func enqueue(_ step: Int) {
        var (low, high) = (0, ready[demands[step]]?.count ?? 0)
        while low < high {
            let middle = (low + high) / 2
            if isMoreUrgent(ready[demands[step]]![middle], than: step) { high = middle } else { low = middle + 1 }
        }
        ready[demands[step], default: []].insert(step, at: low)
    }
}
