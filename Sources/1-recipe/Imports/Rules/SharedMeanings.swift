// Keys that several tools have under different names: tables, names, optimizers.

internal import Nodes

extension Config {
    /// A backbone as a recipe names it: hub ids with their revision, and folders with the `./` that tells them from hub ids.
    mutating func backbone(_ node: Node, revision key: String) -> Literal? {
        guard let text = text(node) else { return nil }
        guard !text.isEmpty else { return wrong(node, "a hub id or a folder") }
        let isFolder =
            text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text == "." || text == ".."
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard !isFolder, parts.count == 2, parts.allSatisfy(Self.isName) else {
            return .text(isFolder ? text : "./\(text)")
        }
        guard let revision = self[key], !revision.isNothing, revision.scalar?.text != "main" else { return .text(text) }
        guard let branch = revision.scalar?.text, !branch.contains(".."),
            branch.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isName)
        else { return wrong(revision, "a branch, tag or commit") }
        return .text("\(text)@\(branch)")
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.unicodeScalars.first, first != ".", first != "_", first != "-" else { return false }
        return text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-".unicodeScalars.contains($0))
        }
    }
}

extension Rule.Action {
    static let title = Self { node, config in
        config.title = config.text(node)
        return config.title == nil ? nil : .mapped("recipe")
    }

    static let trainTable = Self { node, config in
        guard let text = config.text(node) else { return nil }
        config.tables.train = text
        return .mapped("data.train")
    }

    static let validationTable = Self { node, config in
        if node.isNothing { return .implied("folds score every row") }
        guard let text = config.text(node) else { return nil }
        config.tables.validation = text
        return .mapped("folds", "by its name")
    }

    static let testTable = Self { node, config in
        if node.isNothing { return .implied("no table to predict") }
        guard let text = config.text(node) else { return nil }
        config.tables.test = text
        return .mapped("data.test")
    }

    /// AdamW in one of the spellings of a tool, or its 8-bit form; of any other optimizer the reader is told.
    static func optimizer(_ names: [String], paged: [String]) -> Self {
        Self { node, config in
            guard let text = config.text(node) else { return nil }
            if names.contains(text) { return .implied("the optimizer is AdamW") }
            guard paged.contains(text) else { return .notApplicable("the optimizer is AdamW", look: true) }
            config.model["training.optimizer"] = .word("paged-adamw-8bit")
            return .mapped("training.optimizer")
        }
    }

    static let remoteCode = none("code that comes with a backbone is not run unless the recipe allows it")

    /// A revision, which the backbone's own rule has put after its `@`.
    static let branch = Self { node, config in
        if node.isNothing || node.scalar?.text == "main" { return .implied("the branch main") }
        return config.text(node) == nil ? nil : .mapped("backbone", "after its @")
    }

    /// How many classes there are, which another rule has written as labels.
    static let labels = Self { node, config in
        guard let count = config.integer(node, 1...100_000) else { return nil }
        return count > 1
            ? .mapped("data.labels")
            : .notApplicable("one output is a score; a classifier has two labels or more", look: true)
    }
}
