// Which column a label's name means. Knows names alone, no files and no numbers.

/// Columns that are named after labels.
///
/// A family of columns names all labels in one way: what all begin with, the label, what all end with (`0`, `target_0`,
/// `p(0)`). Where no family does so letter by letter, capitals, signs and leading zeros are passed over (`Model A`,
/// `winner_model_a`; `class_07`, `7`), and after that it is enough that each column ends in the words of one label
/// (`is_cat`, `prob_dog`).
package enum LabelColumns {
    /// The columns of a table that is written here, `target_a` for the label `a` of the column `target`.
    package static func names(of labels: [String], inColumn column: String) -> [String] {
        labels.map { "\(column)_\($0)" }
    }

    /// For each label its column, by every way in which columns can be read as a family of these labels; none where they cannot.
    ///
    /// - Parameter labels: different texts.
    package static func families(of labels: [String], in columns: [String]) -> [[Int]] {
        guard !labels.isEmpty, labels.allSatisfy({ !$0.isEmpty }) else { return [] }
        let exact = families(labels, columns)
        if !exact.isEmpty { return exact }
        let (folded, names) = (labels.map(folded), columns.map(folded))
        if Set(folded).count == labels.count, folded.allSatisfy({ !$0.isEmpty }) {
            let found = families(folded, names)
            if !found.isEmpty { return found }
        }
        return byWords(labels, columns).map { [$0] } ?? []
    }

    /// Whether a column's words hold those of a label.
    package static func mentions(_ label: String, in column: String) -> Bool {
        let (part, whole) = (words(label), words(column))
        guard !part.isEmpty, part.count <= whole.count else { return false }
        return (0...whole.count - part.count).contains { whole[$0..<$0 + part.count].elementsEqual(part) }
    }

    private static func families(_ labels: [String], _ columns: [String]) -> [[Int]] {
        var places: [String: Int] = [:]
        for (index, column) in columns.enumerated() {
            // Of two columns that look alike neither can be meant.
            places[column] = places[column] == nil ? index : -1
        }
        var found: [[Int]] = []
        var tried: Set<[String]> = []
        let first = Array(labels[0].utf8)
        for column in columns {
            let name = Array(column.utf8)
            guard name.count >= first.count else { continue }
            for start in 0...name.count - first.count where name[start...].starts(with: first) {
                guard let begin = String(validating: name[..<start], as: UTF8.self),
                    let end = String(validating: name[(start + first.count)...], as: UTF8.self),
                    tried.insert([begin, end]).inserted
                else { continue }
                var family: [Int] = []
                for label in labels {
                    guard let place = places[begin + label + end], place >= 0 else { break }
                    family.append(place)
                }
                if family.count == labels.count, !found.contains(family) { found.append(family) }
            }
        }
        return found
    }

    /// For each label the only column that ends in its words and in no longer label's.
    private static func byWords(_ labels: [String], _ columns: [String]) -> [Int]? {
        var known: [[String]: Int] = [:]
        for (index, label) in labels.enumerated() {
            let words = words(label)
            guard !words.isEmpty, known.updateValue(index, forKey: words) == nil else { return nil }
        }
        let longest = known.keys.map(\.count).max() ?? 0
        var found = [Int?](repeating: nil, count: labels.count)
        for (index, column) in columns.enumerated() {
            let words = words(column)
            let lengths = stride(from: min(longest, words.count), to: 0, by: -1)
            guard let label = lengths.lazy.compactMap({ known[Array(words.suffix($0))] }).first else { continue }
            guard found[label] == nil else { return nil }
            found[label] = index
        }
        let all = found.compactMap(\.self)
        return all.count == labels.count ? all : nil
    }

    /// Small letters, one `_` for signs, digits without leading zeros.
    private static func folded(_ name: String) -> String { words(name, isParted: false).joined(separator: "_") }

    /// The words of a name: letters and digits, apart from each other where `isParted`.
    private static func words(_ name: String, isParted: Bool = true) -> [String] {
        var words: [String] = []
        var word = ""
        var digits = ""
        func plain(_ digits: String) -> String {
            let rest = digits.drop { $0 == "0" }
            return digits.isEmpty ? "" : rest.isEmpty ? "0" : String(rest)
        }
        func end() {
            let number = plain(digits)
            digits = ""
            if isParted {
                for part in [word, number] where !part.isEmpty { words.append(part) }
                word = ""
            } else {
                word += number
            }
        }
        let characters = Array(name.lowercased())
        func isSign(_ index: Int) -> Bool {
            characters[index] == "-" && index + 1 < characters.count && characters[index + 1].isNumber
                && (index == 0 || !(characters[index - 1].isLetter || characters[index - 1].isNumber))
        }
        for (index, character) in characters.enumerated() {
            if isSign(index) {
                end()
                if !word.isEmpty { words.append(word) }
                word = "minus"
            } else if "0"..."9" ~= character, character.isASCII {
                digits.append(character)
            } else if character.isLetter || character.isNumber {
                if !digits.isEmpty { end() }
                word.append(character)
            } else {
                end()
                if !word.isEmpty { words.append(word) }
                word = ""
            }
        }
        end()
        if !word.isEmpty { words.append(word) }
        return words
    }
}
