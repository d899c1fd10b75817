// The front page of the module.
//
// Results goes from records to values: what scored how, what each ablation found, what it cost, where it came from, what to try
// next. It reads the records of a forecast and the evaluations they name, and gives the same values for the same records.
//
// It does not run anything, and it judges nothing by itself: verdicts are Statistics', which record belongs to which result is
// the plan's and the forecast's. It has numbers, names and outcomes, and no sentence about them: those are the forms'. A text in it
// is somebody else's, such as a note, a step's warning or the recipe's words, or a name shortened beside others.
//
// It may import Diagnostics, Nodes, Recipes, Plans, Storage, Runs, Host, Forecasts, Arithmetic, Scores, Statistics, Formats, Words
// and Digests. Logbooks and CommandLine use it.
//
//     RecipeResults                                          read this first: all values of one recipe
//     Score, Evaluation, EvaluationReader, StageEffect       results, their numbers, what each stage gave
//     AblationEntry, ArmDetail, Truncation                   hypothesis, setup, findings; how much of the texts a variant read
//     Pairing, ComparisonRefusal, KnownComparisons           two results paired, or why not; comparisons that are kept
//     PairedResult, AcrossRecipes                            two results of `diff`; recipes beside each other
//     ErrorCorrelation                                       how alike two models err
//     StepWarning                                            labels that no model could learn; what steps warn of
//     Ensemble, Composition, Suggestion                      what members add, what entries are made of; what to try next
//     History, Timeline, StepGraph, TextLook                 earlier runs; the last one in time; the plan; the texts
//     Provenance, FineTuneCurve                              inputs, libraries, devices; what training recorded
//     Note                                                   what people said
//     StoredDocument, FileName                               what steps left, held to its digest; names as parts of file names
