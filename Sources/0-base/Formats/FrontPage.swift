// The front page of the module.
//
// Formats is what crosses a seam: the files that steps, the worker, programs of the user's and other tools hand each
// other, each a type with one initialiser that reads it and proves what the type promises, and one way to write it.
// What is not as promised is refused with file, row and column, with what was found, and with what to do; or it is
// mended by a rule that stands with the type. Nothing is allocated by a number in a file before it is bounded.
//
// It does not know where a file lies: bytes come in, bytes go out. It does not know steps, recipes or scores.
//
// It may import Targets, Digests (for JSON) and Words. Recipes, Plans, Storage, Workers, Steps, Execution, Forecasts, Logbooks and
// CommandLine import it.
//
//     Predictions (with ProbabilitySums)      read this first: rows and what is predicted, and the rule for sums that are off
//     PredictionsTable, PredictionColumns     the same by id, for other programs; how its columns are called
//     Rows, Folds, PseudoLabels               a table without its texts; each row's fold; a teacher's labels
//     TableParts                              which of several tables each row is of
//     TextColumns                             the texts that each row has, by name
//     Order                                   a column's values in their order, of which folds are made
//     Weights, Coefficients                   what an average and a constraint fitted
//     Evaluation, MetricValues                scores; what a metric file gave
//     TrainingHistory                         a fine-tune's losses
//     StepReport, BackboneFiles               what a step says of its work; a backbone's config and index of weights
//     Features, Tokens, ContentShape          what the worker writes, as far as this side reads it
//     SubmissionForm                          what stands in a submission's columns, and the lines of a row
//     SampleTable, SampleForm                 a sample submission, and the form that it asks for
//     SampleColumns, LabelColumns             which column is which label's
//     TableLikeness, PackedTable              whether two files are one table in two forms, one of them compressed
//     HeldLabels, TableCells                  whether a file holds a table's labels, however it is written; cells by value
//     TableText                               a table's bytes as UTF-8, whatever they are
//     Safetensors, JSONDocument, CSV, CSVTable  named arrays; JSON read with expectations; comma-separated values
//     FormatError                             what is not as promised, in words
