// The machine ten seconds from now, where whatever was written before has settled. Apart from Foundation, which has a Host, too.

import Host

typealias Machine = Host

extension Machine {
    static let later = Machine(
        name: system.name, files: system.files, clock: LaterClock(), processes: system.processes,
        variables: system.variables)
}

private struct LaterClock: HostClock {
    var now: Int { Machine.system.clock.now + 10_000_000_000 }
    func pause() { Machine.system.clock.pause() }
}
