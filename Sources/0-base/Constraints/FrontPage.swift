// The front page of the module.
//
// Constraints holds the optimizer that knows a group's labels: each occurs once, or as often as its count says. Everything is a
// value or a pure function of values.
//
// It does not know recipes, steps, files, or how folds were made. A label is an Int from zero, a group is an Int.
//
//     GroupMethod                                            a way to use the constraint; read it first
//     GroupMethodKind                                        the methods by name
//     CrossFit                                               a method's coefficients, fitted and scored honestly
//     Assignment, AssignmentMethods, PublishedRule           the best one-to-one choice, and methods around it
//     MarginalsMethod, RobustMethod, MixtureMethod           methods of exact marginals
//     PermutationMarginals, PermutationKernel                the exact sum for labels that occur once
//     CountMarginals, BeliefMarginals, Sinkhorn              labels that repeat; groups too large for an exact sum
//     ConcurrentGroups                                       a method on many groups at once
//
// It may import CPermutations, Arithmetic, Scores and Statistics. Steps imports it.
