// Names that mean this machine, and names that only look like it.

import Servers
import Testing

@Suite struct LoopbackTests {
    @Test(arguments: [
        "localhost", "LocalHost", "localhost:8311", "127.0.0.1", "127.0.0.1:8311", "127.1.2.3:80", "[::1]",
        "[::1]:8311",
        "[0:0:0:0:0:0:0:1]:8311",
    ])
    func thisMachineIsKnownByItsNames(_ authority: String) {
        #expect(Loopback.isAuthority(authority))
    }

    @Test(arguments: [
        "", "evil.com", "127.evil.com", "127.0.0.1.evil.com", "127.0.0.1.evil.com:8311", "localhost.evil.com",
        "evil.localhost", "localhost.", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1",
        "127.0.0.01", "127.0.0.1:8311:evil.com", "127.0.0.1:80a", "localhost@evil.com", "user@127.0.0.1",
        "::1", "[::1]evil.com", "[::1", "[::1]:x", "[127.0.0.1]", "[::ffff:127.0.0.1]", "[::1%lo]", "0.0.0.0", "[::]",
        "127.0.0.1 evil.com", "127.0.0.1,evil.com", "127.0.0.1\u{0}.evil.com", "１２７.0.0.1", "128.0.0.1",
    ])
    func nobodyElseIs(_ authority: String) {
        #expect(!Loopback.isAuthority(authority))
    }

    @Test func anAddressToListenOnHasNoPort() {
        #expect(Loopback.isAddress("127.0.0.1") && Loopback.isAddress("::1") && Loopback.isAddress("localhost"))
        #expect(!Loopback.isAddress("0.0.0.0") && !Loopback.isAddress("::") && !Loopback.isAddress("127.evil.com"))
        #expect(!Loopback.isAddress("127.0.0.1:80"))
    }
}
