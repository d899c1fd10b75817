// A JSON document read with expectations: what is otherwise is an error that names the file, the place in it, what belongs there and
// what was found. The one such reader; knows no document in particular.

package import Digests
internal import Words

/// A value of a document, and where it stands. Errors are ``FormatError``.
package struct JSONDocument: Sendable {
    private let place: Place
    private let json: JSON

    /// Where a value stands, told only when there is something to say of it: records are read by ten thousands.
    private indirect enum Place: Sendable {
        /// A whole file. The advice says what may be done where it is not as it must be; nil where the reader of a message knows.
        case file(name: String, advice: String?)
        case line(Int, of: Place)
        case member(String, of: Place)
        case element(Int, of: Place)

        /// The file, what to do about it, and `cells[3].log-loss`; empty for the whole.
        var words: (name: String, advice: String?, path: String) {
            switch self {
            case .file(let name, let advice): return (name, advice, "")
            case .line(let number, let whole):
                let (name, advice, _) = whole.words
                return (name, advice, "line \(number)")
            case .member(let member, let whole):
                let (name, advice, path) = whole.words
                return (name, advice, path.isEmpty ? member : "\(path).\(member)")
            case .element(let index, let whole):
                let (name, advice, path) = whole.words
                return (name, advice, "\(path)[\(index)]")
            }
        }
    }

    /// - Parameter name: as messages call the file.
    package init(parsing bytes: [UInt8], name: String, advice: String? = nil) throws(FormatError) {
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw Self.error("\(name): expected a JSON document: \(error)", advice)
        }
        self.init(json, name: name, advice: advice)
    }

    /// The lines of a file that has a document in each.
    package static func lines(
        parsing bytes: [UInt8], name: String, advice: String? = nil
    ) throws(FormatError) -> [JSONDocument] {
        var lines: [JSONDocument] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                let place = Place.line(index + 1, of: .file(name: name, advice: advice))
                lines.append(JSONDocument(try JSON(parsing: Array(line)), place))
            } catch {
                throw Self.error("\(name): line \(index + 1): expected a JSON document: \(error)", advice)
            }
        }
        return lines
    }

    /// What was read already, from the file `name`.
    package init(_ json: JSON, name: String, advice: String? = nil) {
        self.init(json, .file(name: name, advice: advice))
    }

    private init(_ json: JSON, _ place: Place) { (self.json, self.place) = (json, place) }

    // MARK: - Parts

    /// The member of this name. Errors: also where there is none.
    package func member(_ name: String) throws(FormatError) -> JSONDocument {
        guard let value = try member(ifPresent: name) else { throw unexpected("a member \"\(name)\"", found: "none") }
        return value
    }

    /// The member of this name; nil where there is none, or null in its place.
    package func member(ifPresent name: String) throws(FormatError) -> JSONDocument? {
        guard case .object(let members) = json else { throw unexpected("an object") }
        guard let value = members[name], value != .null else { return nil }
        return JSONDocument(value, .member(name, of: place))
    }

    /// The members by their names.
    package var members: [String: JSONDocument] {
        get throws(FormatError) {
            guard case .object(let members) = json else { throw unexpected("an object") }
            return Dictionary(
                uniqueKeysWithValues: members.map { name, value in
                    (name, JSONDocument(value, .member(name, of: place)))
                })
        }
    }

    /// The value as it is, for what is kept or shown and not understood.
    package var value: JSON { json }

    /// The member of this name as it is, null included. Errors: also where there is none.
    package func value(_ name: String) throws(FormatError) -> JSON {
        guard let value = try object[name] else { throw unexpected("a member \"\(name)\"", found: "none") }
        return value
    }

    /// The members as they are, for what is shown and not understood.
    package var object: [String: JSON] {
        get throws(FormatError) {
            guard case .object(let members) = json else { throw unexpected("an object") }
            return members
        }
    }

    package var elements: [JSONDocument] {
        get throws(FormatError) {
            try array.enumerated().map { JSONDocument($1, .element($0, of: place)) }
        }
    }

    // MARK: - Values

    package var number: Double {
        get throws(FormatError) {
            guard let value = json.number, value.isFinite else { throw unexpected("a number") }
            return value
        }
    }

    package var integer: Int {
        get throws(FormatError) {
            guard let value = json.integer else { throw unexpected("a whole number") }
            return value
        }
    }

    /// A whole number from 0 on.
    package var count: Int {
        get throws(FormatError) {
            guard let value = json.integer, value >= 0 else { throw unexpected("a whole number from 0 on") }
            return value
        }
    }

    package var text: String {
        get throws(FormatError) {
            guard let value = json.string else { throw unexpected("a text") }
            return value
        }
    }

    package var digest: Digest {
        get throws(FormatError) {
            guard let value = json.string.flatMap(Digest.init) else {
                throw unexpected("a digest of 64 hexadecimal digits")
            }
            return value
        }
    }

    /// A list of finite numbers.
    package var numbers: [Double] {
        get throws(FormatError) {
            try list("a number") { json in json.number.flatMap { $0.isFinite ? $0 : nil } }
        }
    }

    /// A list of finite numbers, or null where there is none.
    package var gappedNumbers: [Double?] {
        get throws(FormatError) {
            try list("a number or null") { json -> Double?? in
                if json == .null { return .some(nil) }
                return json.number.flatMap { $0.isFinite ? .some($0) : nil }
            }
        }
    }

    /// A list of whole numbers.
    package var integers: [Int] { get throws(FormatError) { try list("a whole number", \.integer) } }

    /// A list of whole numbers from 0 on.
    package var counts: [Int] {
        get throws(FormatError) {
            try list("a whole number from 0 on") { json in json.integer.flatMap { $0 >= 0 ? $0 : nil } }
        }
    }

    package var texts: [String] { get throws(FormatError) { try list("a text", \.string) } }

    /// Lists of finite numbers.
    package var matrix: [[Double]] {
        get throws(FormatError) {
            var rows: [[Double]] = []
            for row in try elements { rows.append(try row.numbers) }
            return rows
        }
    }

    private func list<Element>(
        _ expected: String, _ read: (JSON) -> Element?
    ) throws(FormatError) -> [Element] {
        let array = try array
        var found: [Element] = []
        found.reserveCapacity(array.count)
        for (index, json) in array.enumerated() {
            guard let element = read(json) else {
                throw JSONDocument(json, .element(index, of: place)).unexpected(expected)
            }
            found.append(element)
        }
        return found
    }

    private var array: [JSON] {
        get throws(FormatError) {
            guard case .array(let elements) = json else { throw unexpected("a list") }
            return elements
        }
    }

    // MARK: - Errors

    /// The error that says what was expected here, and what was found.
    package func unexpected(_ expected: String, found: String? = nil) -> FormatError {
        let what =
            switch json {
            case .null: "null"
            case .bool, .integer: json.text()
            case .number(let value): "\(value)"
            case .string(let text): "the text \"\(VisibleText.of(String(text.prefix(40))))\""
            case .array(let elements): "a list of \(elements.count)"
            case .object: "an object"
            }
        return error("expected \(expected), found \(found ?? what)")
    }

    /// An error about what stands here.
    package func error(_ what: String) -> FormatError {
        let (name, advice, path) = place.words
        let here = path.isEmpty ? "" : " \(VisibleText.of(path)):"
        return Self.error("\(name):\(here) \(what)", advice)
    }

    private static func error(_ what: String, _ advice: String?) -> FormatError {
        FormatError(what + (advice.map { "; \($0)" } ?? ""))
    }
}

/// Members by their names, each with the type that it must have.
extension JSONDocument {
    func has(_ member: String) -> Bool { json.object?[member].map { $0 != .null } ?? false }

    /// The names of all members, in order.
    var names: [String] { json.object?.keys.sorted() ?? [] }

    func integer(_ member: String) throws(FormatError) -> Int { try self.member(member).integer }
    func number(_ member: String) throws(FormatError) -> Double { try self.member(member).number }
    func string(_ member: String) throws(FormatError) -> String { try self.member(member).text }
    func integers(_ member: String) throws(FormatError) -> [Int] { try self.member(member).integers }
    func numbers(_ member: String) throws(FormatError) -> [Double] { try self.member(member).numbers }
    func gappedNumbers(_ member: String) throws(FormatError) -> [Double?] { try self.member(member).gappedNumbers }
    func strings(_ member: String) throws(FormatError) -> [String] { try self.member(member).texts }
    func matrix(_ member: String) throws(FormatError) -> [[Double]] { try self.member(member).matrix }
    func objects(_ member: String) throws(FormatError) -> [JSONDocument] { try self.member(member).elements }

    func object(_ member: String) throws(FormatError) -> JSONDocument {
        let object = try self.member(member)
        _ = try object.object
        return object
    }
}
