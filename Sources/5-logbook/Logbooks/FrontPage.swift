// The front page of the module.
//
// Logbooks makes the document that answers: what scored how, what each ablation found, what it cost, where it came
// from. It reads records and the evaluations they name, and gives the same bytes for the same records.
//
// It does not run anything, and it judges nothing by itself: verdicts are Statistics', which record belongs to which
// result is the plan's and the forecast's. It does not know where its pages are written.
//
// It may import Diagnostics, Nodes, Recipes, Plans, Storage, Forecasts, Arithmetic, Scores, Statistics, Formats, Words, Digests and
// Mustache. CommandLine uses it.
//
//     Logbook                                                read this first: the document
//     Score, Evaluation, StageEffect                         results, their numbers, what each stage gave
//     AblationEntry, Pairing, ArmDetail, Truncation          hypothesis, setup, findings, conclusion; where a variant differs
//     PairedResults, AcrossRecipes                           two results of `diff`; recipes beside each other
//     UnseenLabels, StepWarning                              labels that no model could learn; what steps warn of
//     Ensemble, Makeup, Suggestion                           what members add, what entries are made of; what to try next
//     History, Timeline, StepGraph, TextLook                 earlier runs; the last one in time; the plan; the texts
//     Provenance                                             inputs, libraries, devices
//     StoredDocument                                         what steps and runs left, read with its expectations
//     PageText, ShortName                                    sentences, once for all forms; names in little room
//     Note, FineTuneCurve                                    what people said; what training recorded
//     LogbookPage, RecipePage, LogbookMarkdown, LogbookJSON  the forms; Templates/ has page, style and script; ContentPolicy
//     ResultTable, TrackedRuns                               for papers; for experiment trackers
//     LogbookFigures, RecipeFigures                          which figures there are; FigureCanvas, Axis, VegaLite tell how, and
//                                                            Curve-, Dot-, Forest-, Graph-, Heat-, Map-, Scatter- and
//                                                            TimelineFigure draw
//
// The rest, each of which says in its first line what it is:
//
//     Figures/             CurveFigure, DotFigure, ForestFigure, GraphFigure, HeatFigure, MapFigure,
//                          ScatterFigure
