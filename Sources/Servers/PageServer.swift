// A small web server for one page: the page, its events, and nothing else. Knows no files and no recipes.

internal import FlyingFox
internal import FlyingSocks
internal import Foundation

/// Serves `/`, and `/events`, a stream of server-sent events.
package struct PageServer: Sendable {
    package struct Page: Sendable {
        package let html: String
        /// The Content-Security-Policy that the page is to be shown under.
        package let policy: String

        package init(html: String, policy: String) { (self.html, self.policy) = (html, policy) }
    }

    /// An address to listen on that is none.
    package struct BadAddress: Error, CustomStringConvertible {
        package let description: String
    }

    private let host: String
    private let port: UInt16
    private let page: @Sendable () -> Page
    private let events: Broadcast

    /// - Parameters:
    ///   - host: the address of this machine to listen on, in numbers, or `localhost`.
    ///   - port: 0 for any that is free.
    package init(host: String, port: UInt16, events: Broadcast, page: @escaping @Sendable () -> Page) {
        self.host = host == "localhost" ? "127.0.0.1" : host
        (self.port, self.events, self.page) = (port, events, page)
    }

    /// Serves until the task is cancelled; calls `ready` with the port once it listens. Errors: ``BadAddress``, of the sockets.
    package func run(ready: @escaping @Sendable (Int) -> Void) async throws {
        let server = HTTPServer(config: try configuration(), handler: ClosureHTTPHandler(answer))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                try await server.waitUntilListening()
                switch await server.listeningAddress {
                case .ip4(_, let port), .ip6(_, let port): ready(Int(port))
                default: ready(Int(port))
                }
            }
            // Whoever ends first: ready is said, or the server failed.
            try await group.next()
            try await group.next()
        }
    }

    private func configuration() throws -> HTTPServer.Configuration {
        do {
            return host.contains(":")
                ? HTTPServer.Configuration(address: try sockaddr_in6.inet6(ip6: host, port: port), logger: .disabled)
                : HTTPServer.Configuration(address: try sockaddr_in.inet(ip4: host, port: port), logger: .disabled)
        } catch {
            throw BadAddress(description: "\(host) is no address of this machine; give one such as 127.0.0.1 or ::1")
        }
    }

    @Sendable private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        // A foreign page that had its own name point to this machine would ask by that name.
        let name = Self.name(of: request.headers[.host] ?? "")
        guard !Self.isLoopback(host) || Self.isLoopback(name) else {
            return HTTPResponse(statusCode: .misdirectedRequest)
        }
        guard request.method == .GET else { return HTTPResponse(statusCode: .methodNotAllowed) }
        switch request.path {
        case "/":
            let page = page()
            return HTTPResponse(
                statusCode: .ok, headers: Self.headers("text/html; charset=utf-8", policy: page.policy),
                body: Data(page.html.utf8))
        case "/events":
            return HTTPResponse(
                statusCode: .ok, headers: Self.headers("text/event-stream", policy: nil),
                body: HTTPBodySequence(from: EventBytes(stream: events.listen())))
        default: return HTTPResponse(statusCode: .notFound)
        }
    }

    /// What only this machine can reach.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func headers(_ type: String, policy: String?) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            .contentType: type, .cacheControl: "no-store", HTTPHeader("X-Content-Type-Options"): "nosniff",
            HTTPHeader("Referrer-Policy"): "no-referrer", HTTPHeader("X-Frame-Options"): "DENY",
        ]
        if let policy { headers[HTTPHeader("Content-Security-Policy")] = policy }
        return headers
    }

    /// `localhost:8080` and `[::1]:8080` without the port.
    private static func name(of authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" })
    }
}

/// Events as the bytes of a response, each as soon as it is said.
private struct EventBytes: AsyncBufferedSequence {
    typealias Element = UInt8
    let stream: AsyncStream<Broadcast.Event>

    func makeAsyncIterator() -> Iterator { Iterator(events: stream.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var events: AsyncStream<Broadcast.Event>.Iterator
        var hasBegun = false

        // The encoder asks for buffers only.
        mutating func next() async -> UInt8? { nil }

        mutating func nextBuffer(suggested count: Int) async -> [UInt8]? {
            if !hasBegun {
                // A comment: the browser knows at once that the stream is open.
                hasBegun = true
                return Array(": open\n\n".utf8)
            }
            return await events.next().map { Array("event: \($0.name)\ndata: \($0.data)\n\n".utf8) }
        }
    }
}
