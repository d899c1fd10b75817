// Predictions for rows of a table. Knows the file's form (safetensors), not who predicted.

package import Targets

/// Predictions for some rows of a table.
///
/// Promised: at least one row; row numbers from 0, ascending, each once; numbers as the target's form says: of classes in 0...1,
/// and each row sums to 1. Mended on reading: rows in another order are sorted, as a loader that shuffles leaves them; sums are
/// set right as ``ProbabilitySums`` says; other widths of numbers are taken.
package struct Predictions: Sendable {
    /// Row numbers from 0, ascending.
    package let rows: [Int]
    package let target: Target
    /// Row-major, `rows.count` x `target.width`.
    package let values: [Double]
    /// Whether the file said it otherwise: rows in another order, sums that were off, other types of numbers.
    package let isMended: Bool

    /// Predictions for the first rows of a table, made here: the caller's numbers hold the promise.
    package init(covering count: Int, target: Target, values: [Double]) {
        rows = Array(0..<count)
        self.target = target
        self.values = values
        isMended = false
    }

    /// Predictions for some rows of a table, made here: the caller's numbers hold the promise.
    package init(rows: [Int], target: Target, values: [Double]) {
        (self.rows, self.target, self.values, isMended) = (rows, target, values, false)
    }

    /// - Parameters:
    ///   - name: as messages call the file.
    ///   - target: what is predicted.
    ///   - count: how many rows the table has; nil where that is not known.
    ///
    /// Errors: ``FormatError``, which names row (from 1) and label or column (from 1).
    package init(reading bytes: [UInt8], name: String, target: Target, below count: Int? = nil) throws(FormatError) {
        let width = target.width
        let file = try Safetensors(reading: bytes, name: name)
        let given = try file.integers("rows", shape: [nil])
        guard !given.isEmpty else { throw FormatError("\(name) has no rows; each row of the table needs one") }
        let tensor = target.form.tensor
        var values = try file.reals(tensor, shape: [given.count, width])
        var order = Array(given.indices)
        let isSorted = zip(given, given.dropFirst()).allSatisfy { $0 < $1 }
        if !isSorted { order.sort { (given[$0], $0) < (given[$1], $1) } }
        for (index, next) in zip(order, order.dropFirst()) where given[index] == given[next] {
            throw FormatError(
                "\(name) has row \(Self.ordinal(given[index])) twice, as rows[\(index)] and rows[\(next)]; each row of the table must be there once"
            )
        }
        for index in [order[0], order[order.count - 1]] {
            guard given[index] >= 0, count.map({ given[index] < $0 }) ?? true else {
                let range = count.map { "the table's \($0) rows are numbered 0 to \($0 - 1)" }
                throw FormatError(
                    "\(name): rows[\(index)] is \(given[index]), and \(range ?? "rows are numbered from 0")")
            }
        }
        var wasDivided = false
        switch target.form {
        case .distribution:
            wasDivided = try Self.prove(&values, rows: given, classes: width, type: file.type(tensor), name)
        case .probabilities, .shares:
            if let index = values.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
                throw FormatError(
                    "\(name), row \(Self.ordinal(given[index / width])), label \(index % width + 1) of \(width): \(values[index]) is no probability; write numbers in 0...1, such as a sigmoid of each label"
                )
            }
        case .numbers:
            if let index = values.firstIndex(where: { !$0.isFinite }) {
                throw FormatError(
                    "\(name), row \(Self.ordinal(given[index / width])), column \(index % width + 1) of \(width): \(values[index]) is no number that can be predicted; write finite ones"
                )
            }
        }
        rows = isSorted ? given : order.map { given[$0] }
        self.values = isSorted ? values : order.flatMap { values[$0 * width..<($0 + 1) * width] }
        self.target = target
        isMended = !isSorted || wasDivided || file.type("rows") != "I64" || file.type(tensor) != target.form.type
    }

    /// Sets right what rounding explains, and answers whether anything was.
    private static func prove(
        _ values: inout [Double], rows: [Int], classes: Int, type: String?, _ name: String
    ) throws(FormatError) -> Bool {
        for index in values.indices where !(values[index] >= 0 && values[index] <= 1) {
            throw FormatError(
                "\(name), row \(ordinal(rows[index / classes])), label \(index % classes + 1) of \(classes): \(values[index]) is no probability; write numbers in 0...1, such as a softmax over the labels"
            )
        }
        let sums = ProbabilitySums(of: values, classes: classes, precision: type == "BF16" ? 0x1p-7 : 0)
        var wasDivided = false
        for (index, row) in rows.enumerated() {
            let range = index * classes..<(index + 1) * classes
            switch sums.verdict(on: values[range]) {
            case .asItIs: continue
            case .divided(let sum):
                wasDivided = true
                for cell in range { values[cell] = min(1, values[cell] / sum) }
            case .empty:
                throw FormatError(
                    "\(name), row \(ordinal(row)): every probability is 0; the labels of a row must sum to 1")
            case .off(let sum):
                let isShort = type == "BF16" || type == "F16"
                throw FormatError(
                    "\(name), row \(ordinal(row)): the probabilities of its \(classes) labels sum to \(Float(sum)), and must sum to 1 (rounding aside); divide each row by its sum\(isShort ? " in single precision, and write it as float32" : "")"
                )
            }
        }
        return wasDivided
    }

    /// The predictions of several folds as those of one table, of which they must hold each row once.
    ///
    /// - Parameters:
    ///   - parts: at least one, all of one target; each with its name, as messages call it.
    ///   - count: how many rows the table has.
    ///
    ///   - rows: those that must be there, ascending; nil for all.
    ///
    /// Errors: ``FormatError``.
    package init(
        joining parts: [(name: String, predictions: Predictions)], covering count: Int, rows: [Int]? = nil
    ) throws(FormatError) {
        let target = parts[0].predictions.target
        let width = target.width
        var joined = [Double](repeating: 0, count: count * width)
        var owners = [String?](repeating: nil, count: count)
        for (name, part) in parts {
            for (index, row) in part.rows.enumerated() {
                guard row < count else {
                    throw FormatError("\(name) has row \(Self.ordinal(row)), and the table has \(count) rows")
                }
                if let owner = owners[row] {
                    throw FormatError(
                        "row \(row + 1) is predicted by \(owner) and by \(name); each row has one fold")
                }
                owners[row] = name
                joined.replaceSubrange(row * width..<(row + 1) * width, with: part[index])
            }
        }
        let lacking = rows.map { $0.first { owners[$0] == nil } } ?? owners.firstIndex(of: nil)
        if let row = lacking {
            throw FormatError(
                "no fold predicts row \(row + 1): \(parts.map(\.name).sorted().joined(separator: ", "))")
        }
        guard let rows, rows.count < count else {
            self.init(covering: count, target: target, values: joined)
            return
        }
        self.init(
            rows: rows, target: target, values: rows.flatMap { joined[$0 * width..<($0 + 1) * width] })
    }

    /// The predictions of some rows, all of which must be there. Errors: ``FormatError``.
    ///
    /// - Parameters:
    ///   - rows: ascending.
    ///   - name: as messages call the file.
    package func selecting(_ chosen: [Int], _ name: String) throws(FormatError) -> Predictions {
        if chosen == rows { return self }
        let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        if let row = chosen.first(where: { places[$0] == nil }) {
            throw FormatError("\(name) has no prediction for row \(row + 1), and each row of a fold needs one")
        }
        return Predictions(rows: chosen, target: target, values: chosen.flatMap { self[places[$0]!] })
    }

    /// The row as people count, from 1.
    private static func ordinal(_ row: Int) -> String { row == .max ? "\(row)" : "\(row + 1)" }

    /// The numbers of the row at `index` (an index into ``rows``, not a row number).
    package subscript(index: Int) -> ArraySlice<Double> { values[index * target.width..<(index + 1) * target.width] }

    /// The bytes of the file: probabilities in single precision, other numbers in double.
    package var bytes: [UInt8] {
        var file = Safetensors()
        file.set("rows", rows, shape: [rows.count])
        let shape = [rows.count, target.width]
        switch target.form {
        case .distribution, .probabilities, .shares:
            file.set(target.form.tensor, values.map { Float($0) }, shape: shape)
        case .numbers: file.set(target.form.tensor, values, shape: shape)
        }
        return file.bytes
    }

    /// The same, where there is a prediction for each row of the table.
    ///
    /// - Parameter count: how many rows the table has; nil where that is not known: then no row before the last may lack.
    /// Errors: ``FormatError``.
    package func covering(_ count: Int?, _ name: String) throws(FormatError) -> Predictions {
        let count = count ?? rows.count
        guard rows.count == count, rows[0] == 0, rows[rows.count - 1] == count - 1 else {
            let gap = rows.indices.first { rows[$0] != $0 } ?? rows.count
            let what =
                gap < count
                ? "row \(gap + 1) has none" : "rows[\(count)] is \(rows[count]), and the table has \(count) rows"
            throw FormatError(
                "\(name) has predictions for \(rows.count) rows, and each of the table's rows needs one: \(what)")
        }
        return self
    }
}

extension PredictionForm {
    /// The tensor of a file that has the numbers.
    fileprivate var tensor: String {
        switch self {
        case .distribution, .probabilities, .shares: "probabilities"
        case .numbers: "values"
        }
    }

    /// The type that it is written in here.
    fileprivate var type: String {
        switch self {
        case .distribution, .probabilities, .shares: "F32"
        case .numbers: "F64"
        }
    }

    /// What a file of so many numbers a row holds, for messages.
    package func contents(width: Int) -> String {
        switch self {
        case .distribution, .probabilities, .shares: "probabilities float32 [n, \(width)]"
        case .numbers: "values float64 [n, \(width)]"
        }
    }
}
