// Where YAML readers disagree about a plain scalar. Knows the types of YAML 1.1, and nothing of what a key wants.

internal import Words

extension Node.Scalar {
    /// What other YAML readers take this plain text for, where they disagree with YAML 1.2; nil where that does no harm.
    ///
    /// The rule of the project: YAML 1.2 decides which scalars are numbers, booleans and nothing. A text that YAML 1.1
    /// has a type for, and an integer that YAML 1.1 reads in base 8, are never guessed at: the writer says which is
    /// meant, with quotes or in full. `docs/yaml.md` has the table.
    package var ambiguity: String? { isPlain ? older?.phrase : nil }

    /// Ways to write what may have been meant so that all readers agree: with quotes first, then each other meaning.
    /// Empty where there is no ambiguity.
    package var spellings: [String] {
        guard isPlain, let older else { return [] }
        return [YAMLText.quoted(text)] + older.spellings(of: text)
    }

    /// The types of YAML 1.1 that YAML 1.2 gave up.
    private enum Older {
        case boolean(Bool), octal, binary, hexadecimal, underscored, sexagesimal, date, special

        var phrase: String {
            switch self {
            case .boolean: "a boolean to some YAML readers"
            case .octal: "an octal number to some YAML readers"
            case .binary: "a binary number to some YAML readers"
            case .hexadecimal: "a hexadecimal number to some YAML readers"
            case .underscored: "a number to some YAML readers"
            case .sexagesimal: "a number in base 60 to some YAML readers"
            case .date: "a date to some YAML readers"
            case .special: "a mark with a meaning of its own to some YAML readers"
            }
        }

        func spellings(of text: String) -> [String] {
            let sign = text.hasPrefix("-") ? "-" : ""
            let digits = text.filter { $0 != "_" && $0 != "+" && $0 != "-" }
            switch self {
            case .boolean(let value): return [value ? "true" : "false"]
            case .octal:
                let significant = String(digits.drop { $0 == "0" })
                let decimal = significant.isEmpty ? "0" : significant
                let octal = Int(digits, radix: 8).map(String.init)
                return [decimal, octal].compactMap { $0.map { sign + $0 } }.dropLast(octal == decimal ? 1 : 0)
            case .binary: return Int(digits.dropFirst(2), radix: 2).map { [sign + String($0)] } ?? []
            case .hexadecimal: return Int(digits.dropFirst(2), radix: 16).map { [sign + String($0)] } ?? []
            case .underscored:
                // Without its underscores it may be ambiguous still, as 0_17 is.
                let plain = Node.Scalar(text: text.filter { $0 != "_" }, isPlain: true)
                return plain.older.map { $0.spellings(of: plain.text) } ?? [plain.text]
            case .sexagesimal:
                var total = 0
                for part in digits.split(separator: ":") {
                    guard let place = Int(part), total < 1 << 50, place < 1 << 50 else { return [] }
                    total = total * 60 + place
                }
                return [sign + String(total)]
            case .date, .special: return []
            }
        }
    }

    private var older: Older? {
        switch text {
        case "yes", "Yes", "YES", "on", "On", "ON": return .boolean(true)
        case "no", "No", "NO", "off", "Off", "OFF": return .boolean(false)
        case "=", "<<": return .special
        default: break
        }
        // Every pattern below begins with a digit, a sign or a point; most text does not.
        guard let first = text.utf8.first, first < UInt8(ascii: ":") else { return nil }
        if isWholeWithLeadingZero { return .octal }
        guard case .text = resolved else { return nil }
        var rest = ByteScanner(text)
        _ = rest.takeOne(of: "+-")
        var based = rest
        if based.take("0b") { return based.takeAll(.binary, underscores: true) ? .binary : nil }
        if based.take("0x") { return based.takeAll(.hexadecimal, underscores: true) ? .hexadecimal : nil }
        if isSexagesimal { return .sexagesimal }
        if isDate { return .date }
        if text.utf8.contains(UInt8(ascii: "_")), rest.take(.decimal) > 0 || rest.takeOne(of: "."),
            Self.isDecimal(text.filter { $0 != "_" })
        {
            return .underscored
        }
        return nil
    }

    /// `[-+]? 0 [0-9]+`
    private var isWholeWithLeadingZero: Bool {
        var rest = ByteScanner(text)
        _ = rest.takeOne(of: "+-")
        return rest.takeOne(of: "0") && rest.takeAll(.decimal)
    }

    /// `[-+]? [0-9] [0-9_]* ( : [0-5]? [0-9] )+ ( \. [0-9_]* )?`
    private var isSexagesimal: Bool {
        var rest = ByteScanner(text)
        _ = rest.takeOne(of: "+-")
        guard rest.takeOne(of: "0123456789") else { return false }
        _ = rest.take(.decimal, underscores: true)
        var places = 0
        while rest.takeOne(of: ":") {
            var two = rest
            if two.takeOne(of: "012345"), two.takeOne(of: "0123456789") {
                rest = two
            } else if !rest.takeOne(of: "0123456789") {
                return false
            }
            places += 1
        }
        if places > 0, rest.takeOne(of: ".") { _ = rest.take(.decimal, underscores: true) }
        return places > 0 && rest.isEmpty
    }

    /// `2026-01-31`, alone or with a time such as `T10:00:00.5 +01:00`.
    private var isDate: Bool {
        var rest = ByteScanner(text)
        guard rest.take(.decimal) == 4, rest.takeOne(of: "-") else { return false }
        let month = rest.take(.decimal)
        guard rest.takeOne(of: "-") else { return false }
        let day = rest.take(.decimal)
        guard (1...2).contains(month), (1...2).contains(day) else { return false }
        if rest.isEmpty { return month == 2 && day == 2 }
        if !rest.takeOne(of: "Tt") {
            guard rest.takeOne(of: " \t") else { return false }
            while rest.takeOne(of: " \t") {}
        }
        guard (1...2).contains(rest.take(.decimal)), rest.takeOne(of: ":"), rest.take(.decimal) == 2,
            rest.takeOne(of: ":"), rest.take(.decimal) == 2
        else { return false }
        if rest.takeOne(of: ".") { _ = rest.take(.decimal) }
        while rest.takeOne(of: " \t") {}
        if rest.takeOne(of: "+-") {
            guard (1...2).contains(rest.take(.decimal)) else { return false }
            if rest.takeOne(of: ":"), rest.take(.decimal) != 2 { return false }
        } else {
            _ = rest.takeOne(of: "Z")
        }
        return rest.isEmpty
    }
}
