// Every code that a finding can have, and what it means. A test keeps the list equal to the codes in the sources.

package enum FindingCatalogue {
    package struct Entry: Sendable {
        package let code: String
        package let meaning: String
    }

    package static var meanings: [String: String] {
        Dictionary(uniqueKeysWithValues: chapters.flatMap(\.entries).map { ($0.code, $0.meaning) })
    }

    package static let chapters: [(title: String, entries: [Entry])] = [
        (
            "The text as YAML",
            [
                Entry("malformed-yaml", "The text is not YAML."),
                Entry("not-utf-8", "The file holds bytes that are no UTF-8."),
                Entry("not-utf-16", "The file begins with the mark of UTF-16 and goes on with bytes that are none."),
                Entry("empty-document", "There is nothing in the file but comments."),
                Entry("several-documents", "A file holds one document, and a second begins."),
                Entry("duplicate-key", "A key stands twice in one mapping; most readers would silently take the last."),
                Entry("complex-key", "A key is a list or a mapping."),
                Entry("unknown-tag", "A tag outside YAML's core schema, or of another kind of value."),
                Entry("bad-tag", "A core tag that its text does not fit."),
                Entry("bad-merge", "`<<` takes a mapping, or a list of mappings."),
                Entry("unknown-alias", "An alias has no anchor before it."),
                Entry("alias-cycle", "An alias stands inside its own anchor."),
                Entry("too-large", "The text is larger than a recipe may be."),
                Entry("too-deep", "Values are nested deeper, or files included deeper, than a recipe may."),
                Entry("too-many-nodes", "There are more values, with aliases expanded, than a recipe may have."),
                Entry("too-many-directives", "There are more `%TAG` lines than a recipe may have."),
                Entry("too-many-findings", "So much is wrong that the rest is not listed."),
                Entry(
                    "ambiguous-scalar",
                    "A plain word that other YAML readers take for something else: it needs quotes, or the value in full."
                ),
            ]
        ),
        (
            "Keys and values",
            [
                Entry("unknown-key", "There is no such key here."),
                Entry("missing-key", "A key that is needed is not there."),
                Entry("wrong-type", "The value is of another type than the key takes."),
                Entry("unknown-value", "The key takes one of a few words, and this is none of them."),
                Entry("bad-value", "The value is of the right type and does not have the form that the key takes."),
                Entry("out-of-range", "A number, or the length of a list, is outside its bounds."),
                Entry("repeated-value", "A value stands twice where each may stand once."),
                Entry("bad-name", "A name that cannot be part of an address, or is ablate's own."),
                Entry("bad-template", "A template does not hold {answer} once and {prompt} at most once."),
                Entry("bad-override", "The argument of --set is no path=value."),
                Entry("conflicting-keys", "Keys exclude each other, or one means nothing beside the other."),
            ]
        ),
        (
            "Names and files",
            [
                Entry("dangling-name", "Nothing has the name that is used here."),
                Entry("duplicate-name", "Two things of one recipe have the same name."),
                Entry("like-cycle", "A model takes its settings, through others, from itself."),
                Entry("cycle", "Something is made, through others, from its own predictions."),
                Entry("missing-file", "A file that the recipe names is not there. `plan` goes on; `run` does not."),
                Entry(
                    "overwrites-input",
                    "What is delivered would replace a file that the recipe reads, or would leave the project through a link."
                ),
                Entry(
                    "not-a-file",
                    "What the recipe names is a folder, a pipe or a device where a file belongs, or a file where a folder does."
                ),
                Entry("not-writable", "A run could not write its submission or its logbook where they belong."),
                Entry("key-not-allowed", "An annotation names a variable that nobody has allowed to be sent."),
                Entry("sample-mismatch", "The columns of the sample submission are not one for each label."),
                Entry("missing-include", "An included file cannot be read."),
                Entry("include-conflict", "Two files say the same thing of the recipe."),
                Entry("include-cycle", "A file includes itself, through others."),
            ]
        ),
        (
            "Scores that would not hold",
            [
                Entry("groups-split", "Rows of one group fall into different folds, so scores come out too good."),
                Entry("no-out-of-fold", "Something is fitted on predictions that are not out-of-fold."),
                Entry(
                    "label-leak",
                    "Predictions are used as out-of-fold for rows whose labels they have seen; the notes name the way."),
                Entry("unknown-family", "A backbone's config names an architecture that cannot be fine-tuned."),
                Entry(
                    "may-read-labels",
                    "A custom step may read the training table: its command or a file that it reads names it, or a folder that holds it."
                ),
                Entry(
                    "test-beside-out-of-fold",
                    "A custom step reads predictions of the test beside out-of-fold predictions, and does not say that it keeps them apart."
                ),
                Entry("optimized-twice", "What is optimized has seen the labels of other folds already."),
                Entry("missing-constraint", "Optimizing needs a constraint that every group obeys."),
                Entry(
                    "full-fit-with-pseudo-labels",
                    "A model fitted on all rows would predict the very labels it was taught."),
                Entry("no-embedding", "A map is asked of an extractor that makes no embeddings."),
                Entry("no-teacher", "Pseudo-labels come from something that has no version for each fold."),
                Entry(
                    "ensemble-size",
                    "A temperature is fitted on averages of another size than it is applied to, and will be off."),
            ]
        ),
        (
            "Models, steps and ablations",
            [
                Entry("scratch-conflict", "A setting means nothing to a backbone with random weights."),
                Entry("lengths-above-context", "Prompt and answer may take more tokens than the backbone reads."),
                Entry("unused-model", "Nothing uses a model, and it has no score of its own."),
                Entry("unused-input", "A custom step waits for an input that its command does not name."),
                Entry("unused-output", "A custom step's command does not say where an output goes."),
                Entry("uneven-zip", "Zipped settings have lists of different lengths."),
                Entry("too-many-variants", "A grid has more variants than a plan may."),
                Entry(
                    "too-many-steps", "Models, seeds, folds, rounds and variants make more steps than a plan may have."),
                Entry("confounded", "Settings change together, so no comparison can say which of them did it."),
            ]
        ),
        (
            "Configurations of other tools (`ablate import`)",
            [
                Entry("not-a-config", "The file is no configuration of the tool that was named."),
                Entry("configs-disagree", "The configurations read different data, so one recipe cannot hold them."),
                Entry("other-problem", "The configuration is about something other than classification."),
                Entry("several-labels", "The configuration predicts several label columns."),
            ]
        ),
    ]
}

extension FindingCatalogue.Entry {
    fileprivate init(_ code: String, _ meaning: String) {
        self.code = code
        self.meaning = meaning
    }
}
