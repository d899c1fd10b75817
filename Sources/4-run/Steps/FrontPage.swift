// The front page of the module.
//
// Steps holds the steps that the engine runs itself: split, average, optimize, sheets, evaluate, submission. Each is a
// function from files and what its kind declares to files and metrics: the value that was planned is the value that runs. What a file must hold is said by its type in Formats, which
// proves it whenever it is read.
//
// It does not know keys, records, the store or other steps. A path comes in, a path goes out. The
// arithmetic is that of Scores and Constraints; nothing is computed here that has a name there.
//
// It may import Host, Words, Targets, Scores, Constraints, Plans (for the kinds), Recipes (for their settings), Formats and Digests (for JSON). Execution runs it.
//
//     NativeStep (with StepContext)                          read this first; then a file for each kind
//     ProvenFiles                                            a step's files as the types that prove them
//     HeldOutRows                                            the training rows that folds hold out, as a table of their own
//     FileBytes                                              whole files
//     CSVOptimization, ProbabilityCSV                        the constraint on a table of anybody's, outside any recipe
//     ClassColumns                                           which of its columns are probabilities
//
// The rest, each of which says in its first line what it is:
//
//     (here)               AverageStep, CuttingStep, EvaluateStep, OptimizeStep, PseudoLabelStep, Sharpness, SheetsStep, SplitStep,
//                          SubmissionStep, WeightedAverageStep
