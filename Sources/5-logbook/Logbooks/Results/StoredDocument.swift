// A JSON document that a step or a run left in the store, read with expectations: what is otherwise is an error that names the
// file and the place in it. Knows no document in particular.

internal import Digests
internal import Storage
internal import Words

/// A value of a document, and where it stands.
struct StoredDocument {
    /// What is not as it must be: which file, where in it, what was expected and what was found.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    /// `cells[3].log-loss`; empty for the whole.
    private let place: String
    private let json: JSON

    /// The content of an output of the step at `address`, held to its digest. Errors: of a file that is not there or not as it was
    /// written, and ``Unreadable``.
    init(of digest: Digest, in store: Store, from address: String) throws {
        let path = store.path(of: digest)
        let bytes = try store.content(of: digest, from: address)
        do {
            try self.init(JSON(parsing: bytes), from: path)
        } catch {
            throw Unreadable(description: "\(path): expected a JSON document: \(error); \(Self.advice)")
        }
    }

    /// The lines of an output that has a document in each. Errors: as of one.
    static func lines(of digest: Digest, in store: Store, from address: String) throws -> [StoredDocument] {
        let path = store.path(of: digest)
        return try store.content(of: digest, from: address).split(separator: UInt8(ascii: "\n")).enumerated().map {
            number, line in
            do {
                return StoredDocument(try JSON(parsing: Array(line)), path, "line \(number + 1)")
            } catch {
                throw Unreadable(
                    description: "\(path): line \(number + 1): expected a JSON document: \(error); \(advice)")
            }
        }
    }

    /// What was read already, from `path`.
    init(_ json: JSON, from path: String) { (self.json, self.path, place) = (json, path, "") }

    private init(_ json: JSON, _ path: String, _ place: String) {
        (self.json, self.path, self.place) = (json, path, place)
    }

    private static let advice = "`ablate store verify` tells what else is damaged"

    // MARK: - Parts

    /// The member of this name. Errors: ``Unreadable`` where there is none.
    func member(_ name: String) throws -> StoredDocument {
        guard let value = try member(ifPresent: name) else { throw unexpected("a member \"\(name)\"", found: "none") }
        return value
    }

    /// The member of this name; nil where there is none, or null in its place.
    func member(ifPresent name: String) throws -> StoredDocument? {
        guard case .object(let members) = json else { throw unexpected("an object") }
        guard let value = members[name], value != .null else { return nil }
        return StoredDocument(value, path, place.isEmpty ? name : "\(place).\(name)")
    }

    /// The members by their names.
    var members: [String: StoredDocument] {
        get throws {
            guard case .object(let members) = json else { throw unexpected("an object") }
            return Dictionary(
                uniqueKeysWithValues: members.map { name, value in
                    (name, StoredDocument(value, path, place.isEmpty ? name : "\(place).\(name)"))
                })
        }
    }

    /// The members as they are, for what is shown and not understood.
    var object: [String: JSON] {
        get throws {
            guard case .object(let members) = json else { throw unexpected("an object") }
            return members
        }
    }

    var elements: [StoredDocument] {
        get throws { try array.enumerated().map { StoredDocument($1, path, "\(place)[\($0)]") } }
    }

    // MARK: - Values

    var number: Double {
        get throws {
            guard let value = json.number, value.isFinite else { throw unexpected("a number") }
            return value
        }
    }

    var integer: Int {
        get throws {
            guard let value = json.integer else { throw unexpected("a whole number") }
            return value
        }
    }

    /// A whole number from 0 on.
    var count: Int {
        get throws {
            guard let value = json.integer, value >= 0 else { throw unexpected("a whole number from 0 on") }
            return value
        }
    }

    var text: String {
        get throws {
            guard let value = json.string else { throw unexpected("a text") }
            return value
        }
    }

    var digest: Digest {
        get throws {
            guard let value = json.string.flatMap(Digest.init) else {
                throw unexpected("a digest of 64 hexadecimal digits")
            }
            return value
        }
    }

    /// A list of numbers.
    var numbers: [Double] {
        get throws {
            try array.enumerated().map { index, value in
                guard let number = value.number, number.isFinite else {
                    throw StoredDocument(value, path, "\(place)[\(index)]").unexpected("a number")
                }
                return number
            }
        }
    }

    /// A list of whole numbers from 0 on.
    var counts: [Int] {
        get throws {
            try array.enumerated().map { index, value in
                guard let number = value.integer, number >= 0 else {
                    throw StoredDocument(value, path, "\(place)[\(index)]").unexpected("a whole number from 0 on")
                }
                return number
            }
        }
    }

    var texts: [String] { get throws { try elements.map { try $0.text } } }

    private var array: [JSON] {
        get throws {
            guard case .array(let elements) = json else { throw unexpected("a list") }
            return elements
        }
    }

    /// The error that says what was expected here.
    func unexpected(_ expected: String, found: String? = nil) -> Unreadable {
        let what =
            switch json {
            case .null: "null"
            case .bool, .integer: json.text()
            case .number(let value): "\(value)"
            case .string(let text): "the text \"\(VisibleText.of(String(text.prefix(40))))\""
            case .array(let elements): "a list of \(elements.count)"
            case .object: "an object"
            }
        let here = place.isEmpty ? "" : " \(VisibleText.of(place)):"
        return Unreadable(
            description: "\(path):\(here) expected \(expected), found \(found ?? what); \(Self.advice)")
    }
}
