// What there is to run on: cores, GPUs, and what a step's demand means here. None of it enters a key.

internal import Arithmetic
internal import Host
package import Plans
package import Schedules

/// The machine as the engine may use it.
package struct Machine: Sendable {
    package let cores: Int
    package let gpus: Int
    /// Mebibytes.
    package let memory: Int
    /// Threads of one training step on one GPU, or on none.
    package let threads: Int
    /// GPUs that share one fine-tune.
    package let gpusPerFit: Int
    /// Mebibytes of each GPU; 0 where it is not known.
    package let gpuMemory: Int
    /// Mebibytes of a GPU that a fine-tune or a prediction takes; 0 for all of them.
    package let gpuMemoryPerFit: Int

    /// Without a GPU, training steps run side by side on a few threads each: small models gain more from that than from
    /// many threads. With GPUs there is one at a time on each, unless the site says how much memory one takes.
    package init(cores: Int, gpus: Int, memory: Int, gpusPerFit: Int = 1, gpuMemory: Int = 0, gpuMemoryPerFit: Int = 0)
    {
        self.cores = max(1, cores)
        self.memory = max(1, memory)
        self.gpus = max(0, gpus)
        self.gpusPerFit = max(1, min(gpusPerFit, gpus))
        self.gpuMemory = max(0, gpuMemory)
        self.gpuMemoryPerFit = gpuMemory > 0 ? max(0, min(gpuMemory, gpuMemoryPerFit)) : 0
        let sharing = self.gpuMemoryPerFit > 0 ? gpuMemory / self.gpuMemoryPerFit : 1
        threads = gpus > 0 ? max(1, min(8, cores / (gpus * sharing))) : max(1, min(4, cores / 2))
    }

    /// What this process may use: the cores and the memory it is allowed, by the kernel's mask and by the limits of its control
    /// group, and the GPUs that are visible.
    package static func detected(environment: [String: String]) -> Machine {
        let group = ControlGroup.current
        let cores = min(Threads.cores, group.cores ?? .max)
        let gpus: Int
        if let visible = environment["CUDA_VISIBLE_DEVICES"] {
            gpus = visible.split(separator: ",").prefix { !$0.hasPrefix("-") }.count
        } else {
            gpus = (0..<64).count { Host.system.files.exists("/dev/nvidia\($0)") }
        }
        return Machine(cores: cores, gpus: gpus, memory: min(SystemLimits.memory, group.memory ?? .max) >> 20)
    }

    /// What is asked for and is not there, a line for each: settings of a site beyond what was `detected`, and custom steps whose
    /// resources no machine like this one can give. Nothing fails for it; a step gets what there is.
    package func excess(over detected: Machine, steps: some Sequence<Step>) -> [String] {
        func line(_ who: String, _ asked: Int?, _ unit: String, _ there: Int) -> String? {
            guard let asked, asked > there else { return nil }
            return "\(who) asks for \(asked) \(unit), and there are \(there)"
        }
        let site = "the site file"
        var lines = [
            line(site, cores, "cores", detected.cores), line(site, gpus, "GPUs", detected.gpus),
            line(site, memory, "MiB of memory", detected.memory),
        ]
        for step in steps {
            guard let asked = step.resources else { continue }
            lines += [
                line(step.address, asked.cores, "cores", cores), line(step.address, asked.gpus, "GPUs", gpus),
                line(step.address, asked.memory, "MiB of memory", memory),
            ]
        }
        return lines.compactMap(\.self)
    }

    package var capacity: Resources { Resources(cores: cores, gpus: gpus, memory: memory, gpuMemory: gpuMemory) }

    package func resources(for step: Step) -> Resources {
        switch step.demand {
        case .native, .process: Resources(cores: 1)
        case .parallel: Resources(cores: 1, mostCores: cores)
        // More than the machine has would wait for ever: such a step gets all there is.
        case .command:
            Resources(
                cores: min(cores, step.resources?.cores ?? 1), gpus: min(gpus, step.resources?.gpus ?? 0),
                memory: min(memory, step.resources?.memory ?? 0),
                gpuMemory: min(gpuMemory, step.resources?.gpuMemory ?? 0))
        case .training:
            step.kind == .finetune
                ? Resources(
                    cores: min(cores, threads * gpusPerFit), gpus: min(gpusPerFit, gpus), gpuMemory: gpuMemoryPerFit)
                : Resources(cores: threads, gpus: min(1, gpus), gpuMemory: gpuMemoryPerFit)
        }
    }
}
