// `ablate logbook --serve`: the page in a browser, kept up to date while runs go on. Writes nothing.

internal import ArgumentParser
internal import Execution
internal import Host
internal import Servers

struct ServingOptions: ParsableArguments {
    @Flag(help: "Serve the logbook to browsers on this machine, live, instead of writing it; ends with Ctrl-C.")
    var serve = false

    @Option(
        help: "With --serve: the address to listen on; others than this machine reach it only if it is not loopback.")
    var host = "127.0.0.1"

    @Option(help: "With --serve: the port; 0 takes any that is free.")
    var port: UInt16 = 8311

    func validate() throws {
        guard !serve || Loopback.isNumeric(host) else {
            throw ValidationError(
                "--host: expected an address in numbers, such as 127.0.0.1 or ::1, or localhost, found \"\(host)\"")
        }
    }

    /// Serves until a signal comes. Errors: of the recipes and the store, of the server.
    func run(_ recipes: [String], _ shared: SharedOptions) async throws {
        // Nothing is written, so there is nothing to wait for: a signal is how serving ends, whatever is going on.
        let interruption = Interruption(endingWith: 0)
        defer { interruption.end() }
        let logbook = try LiveLogbook(recipes, shared)
        let events = Broadcast()
        let server = PageServer(host: host, port: port, openFiles: SystemLimits.openFiles, events: events) {
            logbook.page
        }
        Signals.ignoreBrokenPipes()
        if !Loopback.isAddress(host) {
            Console.note("anybody who reaches \(host) can read this logbook; there is no password")
        }
        let name = host.contains(":") ? "[\(host)]" : host
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run { Console.out("http://\(name):\($0)/") } }
                group.addTask {
                    while !Task.isCancelled {
                        // The disk may take its time, or for ever: browsers are served meanwhile.
                        try await OwnThread.run { logbook.renew() }
                        events.say("status", logbook.status)
                        events.say("page", logbook.version)
                        try await Task.sleep(for: .seconds(1))
                    }
                }
                // Whoever ends first ends the other.
                defer { events.end() }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            Console.note("error: cannot serve at \(name):\(port): \(error); --port 0 takes a port that is free")
            throw ExitStatus.unavailable
        }
    }
}
