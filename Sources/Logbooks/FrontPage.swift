// The front page of the module.
//
// Logbooks makes the document that answers: what scored how, what each ablation found, what it cost, where it came
// from. It reads records and the evaluations they name, and gives the same bytes for the same records.
//
// It does not run anything, and it judges nothing by itself: verdicts are Numerics', which record belongs to which
// result is the plan's and the forecast's. It does not know where its pages are written.
//
// It may import Nodes, Recipes, Plans, Storage, Forecasts, Numerics, Digests and Mustache. CommandLine uses it.
//
//     Logbook                                                read this first: the document
//     Score, Evaluation                                      results and their numbers
//     AblationEntry, Pairing                                 hypothesis, setup, findings, conclusion
//     Provenance                                             inputs, libraries, devices
//     PageText, Format                                       sentences and numbers, once for all forms
//     Note, FineTuneCurve                                    what people said; what training recorded
//     LogbookPage, LogbookMarkdown, LogbookJSON, ResultTable the forms; Templates/ has page, style and script
//     LogbookFigures                                         which figures there are; FigureCanvas, Axis draw them
