// What a step takes of the machine while it runs.

/// An amount of cores, GPUs and memory: a demand, or what there is.
package struct Resources: Hashable, Sendable {
    package var cores: Int
    /// Cores that the step makes use of while nobody else needs them; at least `cores`.
    package var mostCores: Int
    package var gpus: Int
    /// Mebibytes.
    package var memory: Int
    /// Mebibytes of each of the GPUs. Of a demand, 0 is all of them; of what there is, 0 is not known, and nothing shares a GPU.
    package var gpuMemory: Int
    package init(
        cores: Int, mostCores: Int = 0, gpus: Int = 0, memory: Int = 0, gpuMemory: Int = 0
    ) {
        self.cores = cores
        self.mostCores = max(cores, mostCores)
        self.gpus = gpus
        self.memory = memory
        self.gpuMemory = gpuMemory
    }

    /// The demand cut down to what there is, so that nothing waits for ever.
    package func clamped(to capacity: Resources) -> Resources {
        Resources(
            cores: min(cores, capacity.cores), mostCores: min(mostCores, capacity.cores),
            gpus: min(gpus, capacity.gpus), memory: min(memory, capacity.memory),
            gpuMemory: min(gpuMemory, capacity.gpuMemory))
    }
}
