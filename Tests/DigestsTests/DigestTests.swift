import Digests
import Testing

@Suite struct DigestTests {
    @Test func knownDigestsOfFIPS180() {
        #expect(Digest(of: "abc").description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest(of: "").description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func hexadecimalTextReadsBack() {
        let digest = Digest(of: "ablate")
        #expect(Digest(digest.description) == digest)
        #expect(Digest("ABC") == nil)
        #expect(Digest(digest.description.uppercased()) == nil)
    }

    @Test func chunksGiveTheDigestOfTheWhole() {
        var hasher = Digest.Hasher()
        hasher.update(Array("ab".utf8))
        hasher.update(Array("c".utf8))
        #expect(hasher.finalize() == Digest(of: "abc"))
    }

    @Test func canonicalBytesTellTypesAndBordersApart() {
        let values: [JSON] = [
            1, 1.0, "1", true, nil, [], [:], ["ab"], ["a", "b"], [["a"], "b"], ["a": "b"], ["ab": ""], "", 0, -1,
        ]
        #expect(Set(values.map(\.digest)).count == values.count)
    }

    @Test func swappingTwoValuesIsAChangeAndReorderingKeysIsNot() {
        let first: JSON = ["a": 1, "b": 8]
        #expect(first.digest == JSON.object(["b": 8, "a": 1]).digest)
        #expect(first.digest != JSON.object(["a": 8, "b": 1]).digest)
    }

    @Test func negativeZeroIsZero() {
        #expect(JSON.number(-0.0).digest == JSON.number(0.0).digest)
    }

    /// The digest is that of an encoder written apart, in Python, from the description.
    ///
    /// A frozen format: if this fails, every key of every store has changed.
    @Test func canonicalFormatIsFrozen() {
        let value: JSON = ["rank": 4, "alpha": 16.0, "targets": ["q", "v"], "bias": nil, "on": true]
        #expect(value.canonicalBytes.count == 120)
        #expect(value.digest.description == "ab8c838e3534ed99c70cf6f090bfcbad1afed7c7863feb980c84c3d37c000cac")
    }
}
