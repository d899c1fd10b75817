// What axes and colours are of.

package enum Scale: Equatable, Sendable {
    /// Numbers, on an axis with a name that says their unit.
    case quantity(String, Form = .linear)
    /// Names, each with a row or a column of its own, in the order of the rows.
    case names
    /// Numbers that mean nothing but nearness: no axis.
    case hidden
    /// Places on the drawing, 420 units wide, downwards.
    case drawn

    package enum Form: Equatable, Sendable {
        case linear
        /// All values are positive.
        case logarithmic
        /// Marked at whole numbers only.
        case whole
        /// From 0 to 1, whatever the values are.
        case unit
    }
}

package enum Colours: Equatable, Sendable {
    case none
    /// A colour for each name, with a legend: seven that the colour-blind can tell apart, then the same with dashes.
    case series([String])
    /// Names that the page's style has colours for, and the colours that other tools give them.
    case named([String], [String])
    /// From one colour to another through nothing: values from -`most` to `most`, with so many digits.
    case signed(most: Double, digits: Int)
}
