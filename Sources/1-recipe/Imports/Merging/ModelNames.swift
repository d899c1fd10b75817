// Names of models: after their backbones, and after what differs where two have the same.

/// Gives each model a name that no other has.
struct ModelNames {
    private var first: [String: Settings] = [:]
    /// Names that a recipe keeps for itself.
    private var taken: Set<String> = ["data", "folds", "ablations", "submission"]

    mutating func name(for settings: Settings) -> String {
        var base = "model"
        if case .text(let backbone)? = settings["backbone"] {
            let repository = backbone.split(separator: "@").first.map(String.init) ?? backbone
            base = Self.sanitized(repository.split(separator: "/").last.map { $0.lowercased() } ?? "model")
        }
        if base.isEmpty { base = "model" }
        var name = base
        if let other = first[base], let difference = settings.written(like: other), (1...2).contains(difference.count) {
            let parts = RecipePaths.model.compactMap { path in
                difference[path.path].map { Self.part(path.path, $0.yaml) }
            }
            let full = Self.sanitized(([base] + parts).joined(separator: "-"))
            if full.count <= 60 { name = full }
        }
        if first[base] == nil { first[base] = settings }
        if taken.contains(name) || taken.contains(name + "-full") {
            name = (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
        }
        taken.formUnion([name, name + "-full"])
        return name
    }

    /// `rank-8`; of a backbone of the same name, its revision.
    private static func part(_ path: String, _ value: String) -> String {
        if path == "backbone" { return value.split(separator: "@").dropFirst().first.map(String.init) ?? "other" }
        return "\(path.split(separator: ".").last ?? "")-\(value)"
    }

    /// Letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit.
    static func sanitized(_ text: String) -> String {
        var name = ""
        for character in text {
            let isFit = character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
            if isFit || name.last != "-" { name.append(isFit ? character : "-") }
        }
        while let last = name.last, "._-".contains(last) { name.removeLast() }
        return String(name.drop { "._-".contains($0) })
    }
}
