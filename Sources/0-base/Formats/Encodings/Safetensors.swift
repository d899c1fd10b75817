// The safetensors format: a JSON header, then raw little-endian tensors. No pickles, nothing executable.

internal import Digests

/// A file of named tensors of numbers. Each tensor's bytes are as many as its shape and type ask for; together they are the file's,
/// without gaps, overlaps or a rest, as the safetensors library holds it, too.
package struct Safetensors {
    struct Tensor {
        /// As the file names it, such as F32.
        let type: String
        let shape: [Int]
        let bytes: ArraySlice<UInt8>
    }

    private(set) var tensors: [String: Tensor] = [:]
    /// Texts by name, as the writer left them.
    package private(set) var metadata: [String: String] = [:]
    private let name: String

    /// A file without tensors, to be written.
    package init() { name = "" }

    /// The largest header there may be: a hundred thousand tensors have less.
    private static let longestHeader = 100 << 20

    /// Bits of one number, by type: all types that the format has.
    private static let widths = [
        "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U64": 64, "U32": 32,
        "U16": 16, "U8": 8, "BOOL": 8, "C64": 64, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
        "F8_E5M2FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
    ]

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: as messages call the file.
    ///
    /// Errors: ``FormatError``, which says what is wrong with them.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        self.name = name
        func broken(_ why: String) -> FormatError {
            FormatError("\(name) is no safetensors file: \(why). Write it with the safetensors library")
        }
        guard bytes.count >= 8 else {
            throw broken("it has \(bytes.count) bytes, and the length of its header takes 8")
        }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (UInt64($1) * 8) }
        guard length >= 2, length <= UInt64(Self.longestHeader), length <= UInt64(bytes.count - 8) else {
            throw broken("its header would have \(length) bytes, and \(bytes.count - 8) follow")
        }
        let begin = 8 + Int(length)
        guard let header = try? JSON(parsing: bytes[8..<begin]), let members = header.object else {
            throw broken("its header is not JSON")
        }
        for (tensor, member) in members.sorted(by: { $0.key < $1.key }) {
            if tensor == "__metadata__" {
                if case .null = member { continue }
                guard let texts = member.object, texts.values.allSatisfy({ $0.string != nil }) else {
                    throw broken("its __metadata__ must be texts by name")
                }
                metadata = texts.compactMapValues(\.string)
                continue
            }
            guard let type = member["dtype"]?.string, let sizes = member["shape"]?.array,
                let offsets = member["data_offsets"]?.array?.compactMap(\.integer), offsets.count == 2
            else { throw broken("tensor \"\(tensor)\" lacks its dtype, shape or data_offsets") }
            let shape = sizes.compactMap(\.integer)
            guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 }) else {
                throw broken("tensor \"\(tensor)\" has the shape \(JSON.array(sizes).text())")
            }
            guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= bytes.count - begin else {
                throw broken(
                    "tensor \"\(tensor)\" lies at bytes \(offsets[0]) to \(offsets[1]), and the file has \(bytes.count - begin) for tensors"
                )
            }
            guard let width = Self.widths[type] else {
                throw broken("tensor \"\(tensor)\" is of type \(type), which the format does not have")
            }
            let bits = Self.product(shape, times: width)
            guard bits.map({ $0 % 8 == 0 && $0 / 8 == offsets[1] - offsets[0] }) ?? false else {
                throw broken(
                    "tensor \"\(tensor)\" is \(type) of shape \(shape), and has \(offsets[1] - offsets[0]) bytes")
            }
            tensors[tensor] = Tensor(
                type: type, shape: shape, bytes: bytes[(begin + offsets[0])..<(begin + offsets[1])])
        }
        var end = begin
        let inOrder = tensors.sorted {
            let (left, right) = ($0.value.bytes, $1.value.bytes)
            return (left.startIndex, left.endIndex, $0.key) < (right.startIndex, right.endIndex, $1.key)
        }
        for (tensor, found) in inOrder {
            guard found.bytes.startIndex == end else {
                throw broken(
                    "tensor \"\(tensor)\" begins at byte \(found.bytes.startIndex - begin), and what stands before it ends at \(end - begin)"
                )
            }
            end = found.bytes.endIndex
        }
        guard end == bytes.count else {
            throw broken("\(bytes.count - end) bytes after the last tensor belong to none")
        }
    }

    /// The bytes of a shape; nil where they are more than a number can say.
    private static func product(_ shape: [Int], times width: Int) -> Int? {
        var product = width
        for size in shape {
            let (next, overflows) = product.multipliedReportingOverflow(by: size)
            if overflows { return nil }
            product = next
        }
        return product
    }

    /// The shape of a tensor; nil where there is none of this name.
    package func shape(_ tensor: String) -> [Int]? { tensors[tensor]?.shape }
    /// As the file names it, such as F32; nil where there is no tensor of this name.
    func type(_ tensor: String) -> String? { tensors[tensor]?.type }
    /// All tensors, in order of name.
    package var names: [String] { tensors.keys.sorted() }

    /// The values of a tensor of floats of any width, in row-major order.
    ///
    /// - Parameter shape: the size of each dimension; nil for any. Errors: ``FormatError``.
    package func reals(_ tensor: String, shape: [Int?]) throws(FormatError) -> [Double] {
        let found = try self.tensor(tensor, ["F32", "F64", "F16", "BF16"], shape)
        return found.bytes.withUnsafeBytes { raw in
            switch found.type {
            case "F64": Self.values(raw, UInt64.self) { Double(bitPattern: $0) }
            case "F32": Self.values(raw, UInt32.self) { Double(Float(bitPattern: $0)) }
            case "BF16": Self.values(raw, UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
            default: Self.values(raw, UInt16.self, Self.half)
            }
        }
    }

    /// The values of a tensor of whole numbers of any width. Errors: ``FormatError``.
    package func integers(_ tensor: String, shape: [Int?]) throws(FormatError) -> [Int] {
        let found = try self.tensor(tensor, ["I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8"], shape)
        let values = found.bytes.withUnsafeBytes { raw in
            switch found.type {
            case "I64": Self.values(raw, Int64.self) { Int($0) }
            case "I32": Self.values(raw, Int32.self) { Int($0) }
            case "I16": Self.values(raw, Int16.self) { Int($0) }
            case "I8": Self.values(raw, Int8.self) { Int($0) }
            case "U64": Self.values(raw, UInt64.self) { Int(clamping: $0) }
            case "U32": Self.values(raw, UInt32.self) { Int($0) }
            case "U16": Self.values(raw, UInt16.self) { Int($0) }
            default: Self.values(raw, UInt8.self) { Int($0) }
            }
        }
        return values
    }

    private static func values<Raw: FixedWidthInteger, Value>(
        _ raw: UnsafeRawBufferPointer, _: Raw.Type, _ value: (Raw) -> Value
    ) -> [Value] {
        let width = MemoryLayout<Raw>.size
        return (0..<raw.count / width).map {
            value(Raw(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * width, as: Raw.self)))
        }
    }

    /// IEEE half precision: 1 bit of sign, 5 of exponent, 10 of fraction.
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Double(bits & 0x3FF)
        let size: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
            }
        return bits >> 15 == 0 ? size : -size
    }

    private func tensor(_ tensor: String, _ types: [String], _ shape: [Int?]) throws(FormatError) -> Tensor {
        guard let found = tensors[tensor] else {
            throw FormatError("\(name) has no tensor \"\(tensor)\"; it has \(names.prefix(20).joined(separator: ", "))")
        }
        let fits = found.shape.count == shape.count && zip(found.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
        guard types.contains(found.type), fits else {
            let wanted = shape.map { $0.map(String.init) ?? "n" }.joined(separator: ", ")
            throw FormatError(
                "\(name): tensor \"\(tensor)\" is \(found.type) of shape \(found.shape), and \(types[0]) of shape [\(wanted)] belongs there"
            )
        }
        return found
    }

    package mutating func set(_ name: String, _ values: [Float], shape: [Int]) {
        set(
            name, "F32", shape,
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } })
    }

    package mutating func set(_ name: String, _ values: [Double], shape: [Int]) {
        set(
            name, "F64", shape,
            values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } })
    }

    package mutating func set(_ name: String, _ values: [Int], shape: [Int]) {
        set(
            name, "I64", shape, values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        )
    }

    private mutating func set(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) {
        tensors[name] = Tensor(type: type, shape: shape, bytes: bytes[...])
    }

    /// The bytes of the file: tensors in order of name, the header padded to 8 bytes.
    package var bytes: [UInt8] {
        var members: [String: JSON] = [:]
        var body: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = body.count
            body += tensor.bytes
            members[name] = [
                "dtype": .string(tensor.type), "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(start), .integer(body.count)],
            ]
        }
        var header = Array(JSON.object(members).text().utf8)
        header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header + body
    }
}
