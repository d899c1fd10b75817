// Which GPUs of this machine a step computes on. Knows numbers and names of devices, no steps and no schedule.

internal import Schedules

/// The GPUs of this machine, lent to one step after another. All executors that start processes here share one.
actor Devices {
    /// What a process reads to learn which GPUs are its own.
    static let variable = "CUDA_VISIBLE_DEVICES"

    /// What each is called in ``variable``.
    private let names: [String]
    private var pool: GPUPool
    /// Who waits, the first come first.
    private var waiting: [(number: Int, demand: Resources, wake: CheckedContinuation<GPUPool.Share?, Never>)] = []
    private var count = 0

    /// GPUs are counted along what the user lets this process see: with `CUDA_VISIBLE_DEVICES=3`, the first is called 3. What a site has
    /// beyond that goes by its number.
    ///
    /// - Parameter variables: the environment of this process.
    init(of machine: Machine, variables: [String: String]) {
        let visible = variables[Self.variable].map(Self.names(in:)) ?? []
        names = (0..<machine.gpus).map { $0 < visible.count ? visible[$0] : String($0) }
        pool = GPUPool(count: machine.gpus, memory: machine.gpuMemory)
    }

    /// The devices that a value of ``variable`` lists: those before the first that is none.
    static func names(in value: String) -> [String] {
        value.split(separator: ",").prefix { !$0.hasPrefix("-") }.map(String.init)
    }

    /// Does `work` with the names of as many GPUs as `demand` asks for, or with none; they are free again however it ends.
    ///
    /// The schedule starts no more than there is room for. Where steps share GPUs and end in another order than it counted with, the room may
    /// be spread over several: then this waits until one of them has enough.
    ///
    /// Errors: those of `work`; `CancellationError` where the task was cancelled while it waited.
    nonisolated func lend<Value: Sendable>(
        _ demand: Resources, to work: (_ names: [String]) async throws -> Value
    ) async throws -> Value {
        guard demand.gpus > 0 else { return try await work([]) }
        let share = try await take(demand)
        do {
            let value = try await work(share.places.map { names[$0] })
            await give(back: share)
            return value
        } catch {
            await give(back: share)
            throw error
        }
    }

    private func take(_ demand: Resources) async throws -> GPUPool.Share {
        try Task.checkCancellation()
        if waiting.isEmpty, let share = pool.take(demand) { return share }
        count += 1
        let number = count
        let share = await withTaskCancellationHandler {
            await withCheckedContinuation { (wake: CheckedContinuation<GPUPool.Share?, Never>) in
                // A cancellation that came before this found nobody to wake.
                if Task.isCancelled { wake.resume(returning: nil) } else { waiting.append((number, demand, wake)) }
            }
        } onCancel: {
            Task { await leave(number) }
        }
        guard let share else { throw CancellationError() }
        return share
    }

    private func leave(_ number: Int) {
        guard let place = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: place).wake.resume(returning: nil)
        serve()
    }

    private func give(back share: GPUPool.Share) {
        pool.give(back: share)
        serve()
    }

    /// In order, so that one that asks for much is not overtaken for ever.
    private func serve() {
        while let first = waiting.first, let share = pool.take(first.demand) {
            waiting.removeFirst()
            first.wake.resume(returning: share)
        }
    }
}
