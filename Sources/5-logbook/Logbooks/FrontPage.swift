// The front page of the module.
//
// Logbooks lays out results: it puts values in words and figures, and those in forms, each of which takes the results of some
// recipes and gives files. The same results give the same bytes.
//
// It does not know where values come from, neither store nor plan nor recipe, and it works none out: what a form needs and does not
// find is a value that Results lacks. It does not know where its files are written.
//
// It may import Results, Scores, Statistics, Formats, Figures, Words, Digests and Mustache. CommandLine uses it.
//
//     Form                                                   read this first: what every form is, results in, files out
//     PageText                                               sentences and numbers, once for all forms
//     ComparisonWords, AblationWords, ScoreWords             what is said of comparisons, ablations and results
//     SuggestionWords, WarningWords, ProvenanceWords         of what to try next, of warnings, of where results come from
//     LogbookFigures, RecipeFigures                          which figures there are, and of which numbers
//     LogbookPage, RecipePage                                the page; Templates/ has page, style and script; ContentPolicy
//     LogbookMarkdown, RecipeMarkdown, LogbookJSON           for code hosts; for programs
//     TableForm, TrackerForm                                 for papers; for experiment trackers
//     JudgedBy                                               which numbers of several recipes share a column
