// A small web server for one page: the page, its events, and nothing else. Knows no files and no recipes.

internal import FlyingSocks
internal import FoundationEssentials
internal import Glibc

/// Serves `/`, and `/events`, a stream of server-sent events.
package struct PageServer: Sendable {
    package struct Page: Sendable {
        package let html: String
        /// The Content-Security-Policy that the page is to be shown under.
        package let policy: String

        package init(html: String, policy: String) { (self.html, self.policy) = (html, policy) }
    }

    /// An address that cannot be listened on.
    package struct BadAddress: Error, CustomStringConvertible {
        package let description: String
    }

    private let host: String
    private let port: UInt16
    private let openFiles: Int?
    private let page: @Sendable () -> Page
    private let events: Broadcast

    /// A browser that asks for nothing for so long is let go.
    private static let patience = Duration.seconds(15)

    /// - Parameters:
    ///   - host: the address of this machine to listen on, in numbers, or `localhost`.
    ///   - port: 0 for any that is free.
    ///   - openFiles: how many files this process may have open; nil where that is not known.
    package init(host: String, port: UInt16, openFiles: Int?, events: Broadcast, page: @escaping @Sendable () -> Page) {
        self.host = host == "localhost" ? "127.0.0.1" : host
        (self.port, self.openFiles, self.events, self.page) = (port, openFiles, events, page)
    }

    /// Serves until the task is cancelled; calls `ready` with the port once it listens. Errors: ``BadAddress``, of the sockets.
    package func run(ready: @escaping @Sendable (Int) -> Void) async throws {
        let socket = try listen()
        let pool = SocketPool<ePoll>.ePoll()
        try await pool.prepare()
        switch try socket.sockname() {
        case .ip4(_, let port), .ip6(_, let port): ready(Int(port))
        case .unix: break
        }
        let listener = try AsyncSocket(socket: socket, pool: pool)
        defer { try? socket.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run() }
            group.addTask {
                try await withThrowingDiscardingTaskGroup { visitors in
                    // Whoever comes while all places are taken waits in the system's queue.
                    let (places, free) = AsyncStream<Void>.makeStream()
                    for _ in 0..<self.places { free.yield() }
                    for await _ in places {
                        guard let visitor = try await Self.accept(listener) else {
                            free.yield()
                            continue
                        }
                        visitors.addTask {
                            await serve(visitor)
                            free.yield()
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// How many visitors are served at a time: a quarter of the files that the process may have open, for without any to spare the
    /// system's own libraries end the process (libdispatch, to count its threads, opens one).
    private var places: Int { openFiles.map { max(1, min(256, $0 / 4)) } ?? 16 }

    /// The next visitor; nil where one went away again, or the system had no room for it and there was a pause.
    private static func accept(_ listener: AsyncSocket) async throws -> AsyncSocket? {
        do {
            return try await listener.accept()
        } catch SocketError.failed(_, let code, _) where [ECONNABORTED, EINTR, EPROTO].contains(code) {
            return nil
        } catch SocketError.failed(_, let code, _) where [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) {
            // The visitor waits in the queue until others have gone.
            try await Task.sleep(for: .milliseconds(100))
            return nil
        }
    }

    private func listen() throws -> Socket {
        let isIP6 = host.contains(":")
        let socket = try Socket(domain: isIP6 ? AF_INET6 : AF_INET, type: SocketType.stream)
        do {
            // A port that was let go a moment ago is free.
            try socket.setValue(true, for: .localAddressReuse)
            if isIP6 {
                try socket.bind(to: sockaddr_in6.inet6(ip6: host, port: port))
            } else {
                let address = host.lowercased() == "localhost" ? "127.0.0.1" : host
                try socket.bind(to: sockaddr_in.inet(ip4: address, port: port))
            }
            try socket.listen()
            return socket
        } catch {
            try? socket.close()
            throw BadAddress(description: "\(host) is no address of this machine, or the port is taken (\(error))")
        }
    }

    /// One request and its answer; a connection is not used again.
    private func serve(_ visitor: AsyncSocket) async {
        defer { try? visitor.close() }
        guard let request = try? await Self.request(from: visitor) else { return }
        let answer = answer(to: request)
        guard (try? await visitor.write(Data(answer.text.utf8))) != nil, answer.isStream else { return }
        await withTaskGroup(of: Void.self) { group in
            // A browser has nothing more to say: what can be read is that it has gone, and nobody would notice otherwise until
            // there is news for it.
            group.addTask { while (try? await visitor.read(atMost: 4_096)) != nil {} }
            group.addTask { await tell(visitor) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Writes events until there are no more or the visitor takes no more.
    private func tell(_ visitor: AsyncSocket) async {
        for await event in events.listen() {
            let text = "event: \(event.name)\ndata: \(event.data)\n\n"
            guard (try? await visitor.write(Data(text.utf8))) != nil else { return }
        }
    }

    private static func request(from visitor: AsyncSocket) async throws -> PageRequest? {
        try await withThrowingTaskGroup(of: PageRequest?.self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                while true {
                    bytes += try await visitor.read(atMost: PageRequest.longest)
                    if let request = PageRequest(bytes) { return request }
                    if bytes.count >= PageRequest.longest { return nil }
                }
            }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func answer(to request: PageRequest) -> (text: String, isStream: Bool) {
        // A foreign page that had its own name point to this machine would ask by that name.
        guard !Loopback.isAddress(host) || Loopback.isAuthority(request.authority) else {
            return (Self.head("421 Misdirected Request", length: 0), false)
        }
        guard request.method == "GET" else { return (Self.head("405 Method Not Allowed", length: 0), false) }
        switch request.path {
        case "/":
            let page = page()
            let head = Self.head(
                "200 OK", type: "text/html; charset=utf-8", policy: page.policy, length: page.html.utf8.count)
            return (head + page.html, false)
        case "/events":
            // A comment: the browser knows at once that the stream is open.
            return (Self.head("200 OK", type: "text/event-stream", length: nil) + ": open\n\n", true)
        default: return (Self.head("404 Not Found", length: 0), false)
        }
    }

    /// - Parameter length: nil for what ends when the connection does.
    private static func head(_ status: String, type: String? = nil, policy: String? = nil, length: Int?) -> String {
        var lines = [
            "HTTP/1.1 \(status)", "Connection: close", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            "X-Frame-Options: DENY", "Referrer-Policy: no-referrer",
        ]
        if let type { lines.append("Content-Type: \(type)") }
        if let policy { lines.append("Content-Security-Policy: \(policy)") }
        if let length { lines.append("Content-Length: \(length)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
}
