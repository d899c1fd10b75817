// The front page of the module.
//
// Steps holds the steps that the engine runs itself: split, average, optimize, evaluate, submission. Each is a
// function from files and parameters to files and metrics. The files that steps hand each other are read and written
// here, in types.
//
// It does not know keys, records, the store, recipes or other steps. A path comes in, a path goes out. The
// arithmetic is that of Numerics; nothing is computed here that has a name there.
//
// It may import Numerics, Plans (for the kinds), Tensors and Digests (for JSON). Execution runs it.
//
//     NativeStep (with StepContext)                          read this first; then a file for each kind
//     Tables                                                 rows, folds, predictions
//     FileBytes                                              whole files
