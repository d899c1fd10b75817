// The safetensors format: a JSON header, then raw little-endian tensors. No pickles, nothing executable.

internal import Digests

/// A file that is no safetensors file, or has not the tensor that is asked for.
package struct TensorError: Error, CustomStringConvertible, Sendable {
    package let description: String
}

/// A file of named tensors, as far as predictions and token counts need: F32 and I64.
package struct Safetensors {
    struct Tensor {
        let type: String
        let shape: [Int]
        let bytes: ArraySlice<UInt8>
    }

    private(set) var tensors: [String: Tensor] = [:]

    package init() {}

    /// - Parameter bytes: the whole file.
    ///
    /// Errors: ``TensorError``, which says what is wrong with them.
    package init(parsing bytes: [UInt8]) throws(TensorError) {
        func broken(_ why: String) -> TensorError { TensorError(description: "it is no safetensors file: \(why)") }
        guard bytes.count >= 8 else { throw broken("it is too short") }
        let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << ($1 * 8) }
        guard length >= 2, length <= bytes.count - 8, length <= 100 << 20 else { throw broken("its header is cut off") }
        guard let header = try? JSON(parsing: bytes[8..<8 + length]), let members = header.object else {
            throw broken("its header is not JSON")
        }
        let body = bytes[(8 + length)...]
        for (name, member) in members where name != "__metadata__" {
            guard let type = member["dtype"]?.string, let shape = member["shape"]?.array?.compactMap(\.integer),
                let offsets = member["data_offsets"]?.array?.compactMap(\.integer), offsets.count == 2,
                offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= body.count
            else { throw broken("tensor \(name) has a broken header") }
            let slice = body[(body.startIndex + offsets[0])..<(body.startIndex + offsets[1])]
            tensors[name] = Tensor(type: type, shape: shape, bytes: slice)
        }
    }

    /// The values of a tensor of floats, in row-major order. Errors: ``TensorError`` where it is missing or of another type.
    package func floats(_ name: String, shape: [Int?]) throws(TensorError) -> [Float] {
        let tensor = try tensor(name, type: "F32", shape: shape, width: 4)
        return tensor.bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    /// The values of a tensor of 64-bit integers.
    package func integers(_ name: String, shape: [Int?]) throws(TensorError) -> [Int] {
        let tensor = try tensor(name, type: "I64", shape: shape, width: 8)
        return tensor.bytes.withUnsafeBytes { raw in
            (0..<raw.count / 8).map {
                Int(Int64(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)))
            }
        }
    }

    private func tensor(_ name: String, type: String, shape: [Int?], width: Int) throws(TensorError) -> Tensor {
        guard let tensor = tensors[name] else { throw TensorError(description: "there is no tensor \"\(name)\"") }
        let fits = tensor.shape.count == shape.count && zip(tensor.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
        guard tensor.type == type, fits, tensor.bytes.count == tensor.shape.reduce(width, *) else {
            throw TensorError(
                description: "tensor \"\(name)\" is \(tensor.type) of shape \(tensor.shape), not \(type) of \(shape)")
        }
        return tensor
    }

    package mutating func set(_ name: String, _ values: [Float], shape: [Int]) {
        set(
            name, "F32", shape,
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } })
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
