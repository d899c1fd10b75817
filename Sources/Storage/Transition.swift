// Names of before, for callers that have not moved yet.

package import Host

package typealias StorageError = AblateError

extension Store {
    package static var hostName: String { Host.system.name }
    package static var now: Int { Host.system.clock.now }
    package func sweepAttempts() { sweep() }
    package static func content(ofFile path: String) throws -> [UInt8] {
        try Host.system.files.content(of: path, limit: 256 << 20)
    }
}
