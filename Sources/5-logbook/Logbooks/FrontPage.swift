// The front page of the module.
//
// Logbooks makes the document that answers: what scored how, what each ablation found, what it cost, where it came
// from. It reads records and the evaluations they name, and gives the same bytes for the same records.
//
// It does not run anything, and it judges nothing by itself: verdicts are Statistics', which record belongs to which
// result is the plan's and the forecast's. It does not know where its pages are written.
//
// It may import Diagnostics, Nodes, Recipes, Plans, Storage, Runs, Host, Forecasts, Arithmetic, Scores, Statistics, Formats, Figures, Words,
// Digests and
// Mustache. CommandLine uses it.
//
//     Logbook                                                read this first: the document
//     Score, Evaluation, EvaluationReader, StageEffect       results, their numbers, what each stage gave
//     AblationEntry, Pairing, KnownComparisons, ArmDetail    hypothesis, setup, findings, conclusion; comparisons that are kept
//     Truncation                                             how much of the texts a variant read
//     PairedResult, AcrossRecipes                            two results of `diff`; recipes beside each other
//     UnseenLabel, StepWarning                               labels that no model could learn; what steps warn of
//     Ensemble, Composition, Suggestion                      what members add, what entries are made of; what to try next
//     History, Timeline, StepGraph, TextLook                 earlier runs; the last one in time; the plan; the texts
//     Provenance                                             inputs, libraries, devices
//     StoredDocument                                         what steps left in the store, held to its digest
//     PageText, FileName                                     sentences, once for all forms; names as parts of file names
//     Note, FineTuneCurve                                    what people said; what training recorded
//     Form                                                   what every form is: logbooks in, files out
//     LogbookPage, RecipePage                                the page; Templates/ has page, style and script; ContentPolicy
//     LogbookMarkdown, RecipeMarkdown, LogbookJSON           for code hosts; for programs
//     TableForm, TrackerForm                                 for papers; for experiment trackers
//     LogbookFigures, RecipeFigures                          which figures there are, and of which numbers
