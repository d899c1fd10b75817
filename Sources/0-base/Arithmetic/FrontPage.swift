// The front page of the module.
//
// Arithmetic holds what scores, constraints and statistics compute with: elementary functions, seeded draws, minima, and work
// shared out among cores. The same inputs and seed give the same bits on one platform and on any number of cores.
//
// It does not know probabilities, labels or groups. It reads and writes nothing and asks no clock.
//
//     Elementary, VectorFunctions       exponentials and logarithms, one or eight at once
//     RandomSource                      seeded, deterministic draws
//     BoundedMinimum, SimplexSearch     minima of functions of one and of a few variables
//     Parallel                          work in pieces; read it first
//     Crew                              the threads that share the pieces out
//     Cancellation                      whether the work is still wanted
//
// It imports nothing. Scores, Statistics, Constraints, Logbooks and CommandLine compute with it; Host and
// Execution use its threads.
