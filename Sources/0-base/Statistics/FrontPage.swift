// The front page of the module.
//
// Statistics holds what may be said of a difference between two models on the same rows. Everything is a value or a pure
// function of values; the same inputs give the same bits.
//
// It does not know models, metrics' names, recipes or sentences.
//
//     PairedLosses                                           two models row by row, with weights, groups, folds, seeds
//     PairedBootstrap, BootstrapDraws                        the interval of a difference over groups and seeds
//     CorrectedTest, HolmAdjustment                          the test over folds and seeds, and many of them
//     Verdict                                                what may be said of an ablation; read it first
//     NormalDistribution, StudentDistribution                distribution functions and quantiles
