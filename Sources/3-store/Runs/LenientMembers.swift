// Members of documents that runs of any version wrote: what is missing or cannot be right counts as not there. Knows no document.

internal import Formats

extension JSONDocument {
    func text(of name: String) -> String? { try? member(name).text }

    func number(of name: String) -> Double? { try? member(name).number }

    /// A whole number from 0 on; 0 where there is none.
    func count(of name: String) -> Int { (try? member(name).count) ?? 0 }

    /// Seconds since 1970; nil for what no clock says.
    func moment(_ name: String) -> Double? { number(of: name).flatMap { abs($0) < 1e12 ? $0 : nil } }

    func elements(of name: String) -> [JSONDocument] { (try? member(name).elements) ?? [] }

    /// The texts in a list, without what is none.
    func texts(of name: String) -> [String] { elements(of: name).compactMap { try? $0.text } }
}
