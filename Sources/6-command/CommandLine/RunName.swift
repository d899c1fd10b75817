// How a command line names a recipe as it is now, or one of its runs: `recipe.yaml@3`.

/// The words of the command line that name a recipe or a run of it.
struct RunName {
    let recipe: String
    /// Nil for the recipe as it is now.
    let run: Which?

    enum Which: Equatable {
        case number(Int)
        case last
    }

    /// `recipe.yaml`, `recipe.yaml@3`, `recipe.yaml@last`. A file whose own name ends so is that file.
    init(_ text: String) {
        if !Files.exists(text), let at = text.lastIndex(of: "@") {
            let word = text[text.index(after: at)...]
            let which: Which? = word == "last" ? .last : Int(word).map { .number($0) }
            if let which {
                (recipe, run) = (String(text[..<at]), which)
                return
            }
        }
        (recipe, run) = (text, nil)
    }
}
