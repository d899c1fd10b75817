// The front page of the module.
//
// Numerics holds the arithmetic of ablate: probabilities and their scores, the optimizer that knows a group's
// labels occur once each, fold assignment, and the statistics behind a verdict. Everything is a value or a pure
// function of values; the same inputs and seed give the same bits on one platform.
//
// It does not know recipes, steps, files, tables, column names or the names of labels. A label is an Int from
// zero, a group is an Int, a seed is a UInt64. It reads and writes nothing, keeps no state and asks no clock.
//
//     ProbabilityMatrix                                      the common currency
//     LogLoss, Accuracy                                      scores
//     RowGrouping, Assignment, PermutationMarginals          a group's labels occur once each
//     Temperature, PublishedRule, Sinkhorn                   transforms of probabilities
//     GroupMethod, CrossFit                                  their fits, scored honestly
//     BoundedMinimum                                         the one-dimensional search they share
//     RandomSource, FoldAssignment                           seeded, deterministic draws and folds
//     NormalDistribution, StudentDistribution                distribution functions and quantiles
//     PairedLosses                                           two models row by row, with weights, groups, folds, seeds
//     PairedBootstrap, CorrectedTest, HolmAdjustment         uncertainty of a paired difference
//     Parallel, Crew, Cancellation                           work in pieces, on threads of its own, that can be given up
//     Verdict                                                what may be said of an ablation
//
// The rest, each of which says in its first line what it is:
//
//     Arithmetic/          Elementary, VectorFunctions
//     Averages/            Averaging, AveragingWeights, SimplexSearch
//     Constraint/          AssignmentMethods, BeliefMarginals, ConcurrentGroups, CountMarginals, GroupMethodKind,
//                          MarginalsMethod, MixtureMethod, PermutationKernel, RobustMethod
//     Folds/               StratifiedGroups
//     Probabilities/       LabelCounts, Reliability
//     Statistics/          BootstrapDraws
