// Seeded pseudo-random numbers that are the same on every platform and in every version. Not for secrets.

/// xoshiro256** (Blackman and Vigna 2018), its four words of state filled from the seed by SplitMix64.
///
/// Draws below a bound and shuffles are defined here and not taken from the standard library, whose algorithms may
/// change: what a seed gives is part of the meaning of a recipe.
package struct RandomSource: RandomNumberGenerator, Sendable {
    @usableFromInline var state: (UInt64, UInt64, UInt64, UInt64)

    /// A stream of numbers named by `seed`; every seed is good.
    package init(seed: UInt64) {
        var mixer = seed
        let first = Self.splitMix(&mixer)
        let second = Self.splitMix(&mixer)
        let third = Self.splitMix(&mixer)
        state = (first, second, third, Self.splitMix(&mixer))
    }

    /// The generator in a given state, not all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

    /// The next 64 bits.
    @inlinable package mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A number in `0..<bound`, each equally likely; `bound` is positive (a precondition).
    ///
    /// The high word of next() * bound, drawn again where the low word would favour some numbers (Lemire 2019).
    @inlinable package mutating func next(below bound: Int) -> Int {
        precondition(bound > 0, "there is a number below the bound")
        let bound = UInt64(bound)
        let rejected = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= rejected { return Int(product.high) }
        }
    }

    /// The numbers `0..<count` in a random order, each order equally likely (Fisher and Yates, from the end).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, next(below: last + 1)) }
        return order
    }

    /// SplitMix64 (Steele, Lea and Flood 2014): advances `state` and returns its scrambled value.
    static func splitMix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
