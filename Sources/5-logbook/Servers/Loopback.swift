// Whether a name means this machine and no other, whoever answers for names. Asks no resolver.

internal import Glibc

package enum Loopback {
    /// Whether an address to listen on, in numbers or `localhost`, is reached from this machine alone.
    package static func isAddress(_ text: String) -> Bool {
        text.lowercased() == "localhost" || isIP4(text) || isIP6(text)
    }

    /// Whether an address to listen on is one in numbers, or `localhost`: what nobody has to be asked for.
    package static func isNumeric(_ text: String) -> Bool {
        var (four, six) = (in_addr(), in6_addr())
        return text.lowercased() == "localhost"
            || !text.utf8.contains(0)
                && (inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1)
    }

    /// Whether the authority that a browser asked by (`Host: NAME:PORT`) is `localhost` or a loopback address as it is usually
    /// written: 127.0.0.1:8311, [::1]:8311. A name that only begins or ends like one belongs to somebody, who can have it point
    /// here; other spellings of the address (a whole number, a dot at the end) are no browser's.
    package static func isAuthority(_ text: String) -> Bool {
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return false }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard isIP6(String(host)) else { return false }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard host.lowercased() == "localhost" || isIP4(String(host)) else { return false }
        }
        guard !rest.isEmpty else { return true }
        let port = rest.dropFirst().utf8
        return rest.hasPrefix(":") && port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Four decimal numbers, the first of which is 127.
    private static func isIP4(_ text: String) -> Bool {
        var address = in_addr()
        return !text.utf8.contains(0) && inet_pton(AF_INET, text, &address) == 1 && address.s_addr & 0xFF == 127
    }

    private static func isIP6(_ text: String) -> Bool {
        var address = in6_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &address) == 1 else { return false }
        return withUnsafeBytes(of: &address) { bytes in bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 }
    }
}
