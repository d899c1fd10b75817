// The front page of the module.
//
// Forecasts holds a plan against a store and says of each step whether a run would reuse it, run it, or maybe run it,
// and why, in the words of the recipe. It finds what stands behind an input: a file, a folder, a repository in the
// hub's local cache, an output of an earlier step.
//
// It does not know how a step is run, in which order, or on what. It starts nothing, asks no network, and writes
// no file of its own.
//
// It may import Plans, Storage, Runs, Host, Formats and Digests. Execution resolves inputs with it, so that forecast and run agree on
// every key; Logbooks and CommandLine ask it. Why it is a module: docs/decisions/0001-forecasts.md.
//
//     Forecast                                               read this first
//     InputResolver, HubCache                                contents of inputs, and what is missing
//     Reasons                                                the first difference, as a clause
//     Explanation, Explainer                                 every difference, and the changes that lie behind it
//     Side, SideDifference                                   two recipes or runs, step by step
//     AcceptanceCheck, LibraryDrift                          whether an old output may stand; what other libraries made
//
// The rest, each of which says in its first line what it is:
//
//     (here)               InputStamps, Retention
