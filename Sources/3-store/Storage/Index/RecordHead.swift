// What a lookup needs of a record, in a form that is read in a microsecond. Knows no file and no database.

internal import Digests

/// The part of a record that every lookup needs, as the index keeps it: texts, each behind its length. Whoever reads one holds it to
/// its seal first (``IndexedRecord``), and what it was made of was found sound.
enum RecordHead {
    private static let mark = "record 2:"
    /// Metrics that are longer stay in the record's text: most steps have none.
    private static let longestMetrics = 64

    static func isHead(_ text: String) -> Bool { text.utf8.starts(with: mark.utf8) }

    /// The head of a record; an accepted one, which is rare, is kept as JSON.
    static func text(of record: Record) -> String {
        guard record.acceptance == nil else { return JSON.object(record.head).text() }
        var text = mark
        func add(_ part: String) { text += "\(part.utf8.count):\(part)" }
        func add(_ number: Int) { add(String(number)) }
        for digest in [record.key, record.outline] { add(digest.description) }
        add(record.address)
        add(record.kind)
        for number in [record.started, record.seconds] { add(String(number.bitPattern)) }
        add(record.log?.description ?? "")
        let metrics = record.metrics.text()
        add(metrics.utf8.count > longestMetrics ? "" : metrics)
        add(record.outputs.count)
        for (name, output) in record.outputs.sorted(by: { $0.key < $1.key }) {
            add(name)
            add(output.digest.description)
            add(output.size)
            guard case .folder(let entries) = output.form else {
                add("file")
                continue
            }
            add(entries.count)
            for entry in entries {
                add(entry.path)
                add(entry.digest.description)
                add(entry.size)
            }
        }
        return text
    }

    /// The record of a head; nil for anything that ``text(of:)`` did not write.
    ///
    /// - Parameter text: of the record's file, for its details.
    static func record(in head: String, text: String) -> Record? {
        var head = head
        return head.withUTF8 { bytes in
            guard bytes.starts(with: mark.utf8) else { return nil }
            var parts = Parts(bytes: bytes, offset: mark.utf8.count)
            return try? record(&parts, text: text)
        }
    }

    private static func record(_ parts: inout Parts, text: String) throws -> Record {
        let (key, outline) = (try parts.digest(), try parts.digest())
        let (address, kind) = (try parts.text(), try parts.text())
        let (started, seconds) = (try parts.double(), try parts.double())
        let log = try parts.digest(orNone: ())
        let metrics = try parts.text()
        var outputs: [String: Output] = [:]
        for _ in 0..<(try parts.count()) {
            let name = try parts.text()
            let (digest, size) = (try parts.digest(), try parts.integer())
            let form = try parts.text()
            if form == "file" {
                outputs[name] = Output(file: digest, size: size)
                continue
            }
            guard let count = Int(form), count >= 0 else { throw Garbled() }
            var entries: [Output.Entry] = []
            for _ in 0..<count {
                entries.append(
                    Output.Entry(path: try parts.text(), digest: try parts.digest(), size: try parts.integer()))
            }
            let folder = Output(folder: entries)
            guard folder.digest == digest, folder.size == size else { throw Garbled() }
            outputs[name] = folder
        }
        guard parts.isAtEnd else { throw Garbled() }
        return Record(
            key: key, outline: outline, address: address, kind: kind, outputs: outputs, started: started,
            seconds: seconds, log: log, acceptance: nil,
            details: RecordDetails(
                text: text, metrics: metrics.isEmpty ? JSON?.none : try JSON(parsing: Array(metrics.utf8))))
    }

    private struct Garbled: Error {}

    private struct Parts {
        let bytes: UnsafeBufferPointer<UInt8>
        var offset: Int

        var isAtEnd: Bool { offset == bytes.count }

        private mutating func next() throws -> UnsafeBufferPointer<UInt8> {
            var count = 0
            while offset < bytes.count, bytes[offset] != UInt8(ascii: ":") {
                let digit = bytes[offset] &- UInt8(ascii: "0")
                guard digit < 10, count < 1 << 40 else { throw Garbled() }
                count = count * 10 + Int(digit)
                offset += 1
            }
            offset += 1
            guard offset <= bytes.count, count <= bytes.count - offset else { throw Garbled() }
            defer { offset += count }
            return UnsafeBufferPointer(rebasing: bytes[offset..<offset + count])
        }

        mutating func text() throws -> String { String(decoding: try next(), as: UTF8.self) }

        mutating func digest() throws -> Digest {
            guard let digest = Digest(digits: try next()) else { throw Garbled() }
            return digest
        }

        mutating func digest(orNone: Void) throws -> Digest? {
            let digits = try next()
            if digits.isEmpty { return nil }
            guard let digest = Digest(digits: digits) else { throw Garbled() }
            return digest
        }

        mutating func integer() throws -> Int {
            guard let number = Int(try text()) else { throw Garbled() }
            return number
        }

        mutating func count() throws -> Int {
            let count = try integer()
            guard count >= 0 else { throw Garbled() }
            return count
        }

        mutating func double() throws -> Double {
            guard let bits = UInt64(try text()) else { throw Garbled() }
            return Double(bitPattern: bits)
        }
    }
}
