// Files made in memory, right or wrong: what the formats read.

import Targets
import Digests
import Formats

/// A generator with a seed, so that every run sees the same cases.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// One tensor of a file: what the header says of it, and its bytes.
struct RawTensor {
    var type: String
    var shape: [Int]
    var bytes: [UInt8]

    static func integers<Number: FixedWidthInteger>(_ values: [Number], type: String) -> RawTensor {
        RawTensor(type: type, shape: [values.count], bytes: values.flatMap { littleEndian($0) })
    }

    static func floats(_ values: [Float], shape: [Int]) -> RawTensor {
        RawTensor(type: "F32", shape: shape, bytes: values.flatMap { littleEndian($0.bitPattern) })
    }

    static func doubles(_ values: [Double], shape: [Int]) -> RawTensor {
        RawTensor(type: "F64", shape: shape, bytes: values.flatMap { littleEndian($0.bitPattern) })
    }

    /// Half precision, rounded to nearest, for numbers in 0...1.
    static func halves(_ values: [Double], shape: [Int]) -> RawTensor {
        RawTensor(type: "F16", shape: shape, bytes: values.flatMap { littleEndian(halfBits($0)) })
    }

    private static func halfBits(_ value: Double) -> UInt16 {
        if value < 0x1p-14 { return UInt16((value * 0x1p24).rounded(.toNearestOrEven)) }
        let exponent = Int(value.exponent)
        let fraction = ((value.significand - 1) * 1024).rounded(.toNearestOrEven)
        return UInt16((exponent + 15) * 1024 + Int(fraction))
    }
}

func littleEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A safetensors file, byte by byte, by none of the product's code.
func safetensors(_ tensors: [(String, RawTensor)], metadata: [String: JSON] = [:]) -> [UInt8] {
    var header: [String: JSON] = metadata.isEmpty ? [:] : ["__metadata__": .object(metadata)]
    var body: [UInt8] = []
    for (name, tensor) in tensors {
        header[name] = [
            "dtype": .string(tensor.type), "shape": .array(tensor.shape.map { .integer($0) }),
            "data_offsets": [.integer(body.count), .integer(body.count + tensor.bytes.count)],
        ]
        body += tensor.bytes
    }
    return safetensors(header: JSON.object(header).text(), body: body)
}

func safetensors(header: String, body: [UInt8]) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + body
}

func predictions(rows: [Int64], _ values: [Float], classes: Int) -> [UInt8] {
    safetensors([
        ("rows", .integers(rows, type: "I64")),
        ("probabilities", .floats(values, shape: [rows.count, classes])),
    ])
}

func read(_ bytes: [UInt8], classes: Int, below count: Int? = nil) throws -> Predictions {
    try Predictions(reading: bytes, name: "p", target: .classes(classes), below: count)
}

func bytes(_ json: JSON) -> [UInt8] { Array(json.text().utf8) }
