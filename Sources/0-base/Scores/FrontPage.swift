// The front page of the module.
//
// Scores holds probabilities and what is said of them: metrics, averages, calibration, and the folds that keep scores honest.
// Everything is a value or a pure function of values.
//
// It does not know recipes, steps, files, tables, column names or the names of labels. A label is an Int from zero, a group is
// an Int, a seed is a UInt64.
//
//     Probabilities/       ProbabilityMatrix (the common currency; read it first), RowGrouping, Choices, LabelCounts, Temperature,
//                          CutPoints
//     Metrics/             Metric (what a score is), ScoredRows (what it reads), TallyMetric (what most are), Metrics (all of them)
//     Metrics/Classes/     of predicted classes: Accuracy, BalancedAccuracy, FMeasure, MatthewsCorrelation, QuadraticKappa
//     Metrics/Probabilities/
//                          LogLoss, BrierScore, CurveMetric (AUC and average precision, by OneAgainstRest), CreditAtRank,
//                          CalibrationError; Reliability
//     Metrics/Numbers/     NumberRows (what they read); RootMeanSquaredError, ColumnwiseError, MeanAbsoluteError, Determination,
//                          PearsonCorrelation, SpearmanCorrelation
//     Averages/            Averaging, AveragingWeights, SimplexDescent (and what it descends)
//     Folds/               FoldAssignment, LinkedRows, RareLabel, StratifiedGroups, TimeBlocks, UnseenLabel
//
// It may import Targets and Arithmetic. Recipes and Plans take the names of metrics from it; Statistics, Constraints, Steps, Logbooks and
// CommandLine score with it.
