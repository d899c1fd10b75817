// Gathers steps, each once: two requests for the same work are one step.

internal import Digests
internal import Nodes

/// A plan in the making.
struct PlanBuilder {
    private(set) var steps: [Step] = []
    private var known: [Identity: Int] = [:]
    private var addresses: [String: Int] = [:]

    /// What makes two steps the same work: everything but the address.
    private struct Identity: Hashable {
        let outline: Digest
        let inputs: [String: Source]
    }

    /// The outputs of the step that does this work; it keeps the address of whoever asked first.
    mutating func add<Body: TypedStep>(
        _ body: Body, at address: String, origins: [String: Node?] = [:]
    ) -> Body.Outputs {
        Body.outputs(of: index(of: body, at: address, origins: origins))
    }

    private mutating func index<Body: TypedStep>(
        of body: Body, at address: String, origins: [String: Node?]
    ) -> Int {
        let (parameters, inputs) = (body.encoded, body.inputs)
        let outline = Manifest.outline(kind: Body.kind.rawValue, version: Body.kind.version, parameters: parameters)
        let index = Self.claim(&known[Identity(outline: outline, inputs: inputs)], steps.count)
        guard index == steps.count else { return index }
        let place = free(address, for: parameters)
        addresses[place] = steps.count
        steps.append(
            Step(
                address: place, body: body, kind: Body.kind, parameters: parameters, inputs: inputs,
                origins: origins.compactMapValues { $0 }, outline: outline))
        return index
    }

    /// The address itself, or one below it that says in what this step differs from the one that has it already:
    /// `final/fold-0/pseudo-label/labels=soft`. A number stands where the parameters are the same and the inputs are not.
    private func free(_ address: String, for parameters: JSON) -> String {
        guard let other = addresses[address] else { return address }
        let (mine, theirs) = (parameters.object ?? [:], steps[other].parameters.object ?? [:])
        let words = mine.keys.sorted().filter { mine[$0] != theirs[$0] }.map { "\($0)=\(Self.word(mine[$0]))" }
        let place = words.isEmpty ? address : "\(address)/\(words.joined(separator: ","))"
        guard words.isEmpty || addresses[place] != nil else { return place }
        var number = 2
        while addresses["\(place)/\(number)"] != nil { number += 1 }
        return "\(place)/\(number)"
    }

    /// A parameter as part of an address: short, and without what means something there.
    private static func word(_ value: JSON?) -> String {
        let text = value?.string ?? value?.text() ?? ""
        let word = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) ? $0 : "_" }
        return word.count > 40 ? String(Digest(of: text).description.prefix(12)) : String(word)
    }

    /// The number in a place, which becomes `next` if it is empty: one look where reading and writing would be two.
    private static func claim(_ place: inout Int?, _ next: Int) -> Int {
        if let place { return place }
        place = next
        return next
    }
}
