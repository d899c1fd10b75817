// The generator beside its published numbers and an independent program (Goldens/make.py).

import Testing

@testable import Arithmetic

@Suite struct RandomSourceTests {
    struct Numbers: Decodable {
        let numbers, bounded: [String]
        let order: [Int]
    }

    @Test func generatorsGiveTheirPublishedNumbers() throws {
        var mixer: UInt64 = 1_234_567
        #expect(RandomSource.splitMix(&mixer) == 6_457_827_717_110_365_317)
        #expect(RandomSource.splitMix(&mixer) == 3_203_168_211_198_807_973)
        var source = RandomSource(state: (1, 2, 3, 4))
        let published: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        ]
        #expect(published == published.map { _ in source.next() })

        let peer: Numbers = try golden("bootstrap")
        var seeded = RandomSource(seed: 42)
        #expect(peer.numbers == peer.numbers.map { _ in String(seeded.next()) })
        var bounded = RandomSource(seed: 7)
        let bounds = [1, 2, 3, 7, 10, 1000, 6_148_914_691_236_517_208]
        #expect(peer.bounded == (0..<21).map { String(bounded.next(below: bounds[$0 % 7])) })
        var shuffled = RandomSource(seed: 7)
        #expect(shuffled.permutation(of: 10) == peer.order)
    }
}
