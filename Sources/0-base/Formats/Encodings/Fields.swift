// The members of a JSON object by name and type. Knows JSON, and not what the members mean.

internal import Digests

/// A JSON object whose members are asked for with the type they must have.
struct Fields {
    private let name: String
    private let members: [String: JSON]

    /// - Parameter name: as messages call the file. Errors: ``FormatError`` where it is no JSON object.
    init(parsing bytes: [UInt8], name: String) throws(FormatError) {
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw FormatError("\(name) is \(error)") }
        try self.init(json, name: name)
    }

    private init(_ json: JSON, name: String) throws(FormatError) {
        guard let members = json.object else { throw FormatError("\(name) is no JSON object, and one belongs there") }
        (self.name, self.members) = (name, members)
    }

    /// An error about this file.
    func error(_ what: String) -> FormatError { FormatError("\(name): \(what)") }

    func has(_ member: String) -> Bool { members[member].map { $0 != .null } ?? false }

    func integer(_ member: String) throws(FormatError) -> Int {
        try value(member, "a whole number", \.integer)
    }

    func number(_ member: String) throws(FormatError) -> Double {
        let number = try value(member, "a number", \.number)
        guard number.isFinite else { throw error("\(member) is \(number), and a finite number belongs there") }
        return number
    }

    func string(_ member: String) throws(FormatError) -> String { try value(member, "a text", \.string) }
    func integers(_ member: String) throws(FormatError) -> [Int] { try list(member, "a whole number", \.integer) }
    func strings(_ member: String) throws(FormatError) -> [String] { try list(member, "a text", \.string) }

    /// Finite numbers.
    func numbers(_ member: String) throws(FormatError) -> [Double] {
        let found = try list(member, "a number", \.number)
        if let index = found.firstIndex(where: { !$0.isFinite }) {
            throw error("\(member)[\(index)] is \(found[index]), and a finite number belongs there")
        }
        return found
    }

    /// Finite numbers or nulls.
    func gappedNumbers(_ member: String) throws(FormatError) -> [Double?] {
        try list(member, "a finite number or null") { json -> Double?? in
            if json == .null { return .some(nil) }
            guard let number = json.number, number.isFinite else { return nil }
            return .some(number)
        }
    }

    /// Lists of finite numbers.
    func matrix(_ member: String) throws(FormatError) -> [[Double]] {
        try list(member, "a list of finite numbers") { row in
            guard let cells = row.array else { return nil }
            let numbers = cells.compactMap(\.number).filter(\.isFinite)
            return numbers.count == cells.count ? numbers : nil
        }
    }

    func object(_ member: String) throws(FormatError) -> Fields {
        try Fields(value(member, "an object", Self.whole), name: "\(name): \(member)")
    }

    func objects(_ member: String) throws(FormatError) -> [Fields] {
        var found: [Fields] = []
        for (index, json) in try list(member, "an object", Self.whole).enumerated() {
            found.append(try Fields(json, name: "\(name): \(member)[\(index)]"))
        }
        return found
    }

    private static func whole(_ json: JSON) -> JSON? { json.object.map { JSON.object($0) } }

    /// The names of all members, in order.
    var names: [String] { members.keys.sorted() }

    private func value<Value>(
        _ member: String, _ kind: String, _ read: (JSON) -> Value?
    ) throws(FormatError) -> Value {
        guard let json = members[member] else { throw error("\(member) is missing; \(kind) belongs there") }
        guard let value = read(json) else { throw error("\(member) is \(Self.shown(json)), and \(kind) belongs there") }
        return value
    }

    private func list<Element>(
        _ member: String, _ kind: String, _ read: (JSON) -> Element?
    ) throws(FormatError) -> [Element] {
        let array = try value(member, "a list, each of which is \(kind),", \.array)
        var found: [Element] = []
        found.reserveCapacity(array.count)
        for (index, json) in array.enumerated() {
            guard let element = read(json) else {
                throw error("\(member)[\(index)] is \(Self.shown(json)), and \(kind) belongs there")
            }
            found.append(element)
        }
        return found
    }

    /// A value in a message: cut, for a file may hold anything.
    private static func shown(_ json: JSON) -> String {
        switch json {
        case .array: return "a list"
        case .object: return "an object"
        default:
            let text = json.text()
            return text.count > 40 ? "\(text.prefix(40))..." : text
        }
    }
}
