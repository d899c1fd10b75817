// The front page of the module.
//
// Statistics holds what may be said of a difference between two models on the same rows. Everything is a value or a pure
// function of values; the same inputs give the same bits.
//
// It does not know models, any metric in particular, recipes or sentences.
//
//     PairedLosses                                           two models row by row, with weights, groups, folds, seeds
//     PairedScores                                           the same by a metric that is no mean over rows
//     ScoreInfluence                                         what each group adds to such a difference: the jackknife
//     PairedRows                                             groups, folds and weights, which both share
//     PairedBootstrap, BootstrapDraws, BlockBootstrap        the interval of a difference over groups and seeds; of few, of many
//     VarianceComponents, PairedTest                         what a difference varies by, and the test by it
//     CorrectedTest, HolmAdjustment                          the test over folds of one seed, and many tests
//     Verdict                                                what may be said of an ablation; read it first
//     NormalDistribution, StudentDistribution                distribution functions and quantiles
//
// It may import Arithmetic and Scores. Constraints, Logbooks and CommandLine import it.
