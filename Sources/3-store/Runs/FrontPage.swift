// The front page of the module.
//
// Runs is what is known of runs: the document that one leaves, what one that goes on says of itself, and how it stands,
// told from both. Each is a type with one reader that takes what older versions wrote and refuses what cannot be right.
//
// It does not know plans, steps or terminals: addresses and kinds are words here. Where documents lie and how they are kept is
// Storage's business.
//
// It may import Storage, Formats and Digests. Execution writes documents, CommandLine what a run says; Forecasts, Logbooks and
// CommandLine read them.
//
//     RunDocument                                            read this first: keys, settings, outcome, failures
//     LiveState                                              a run that goes on: steps at work, losses, the time to go
//     LenientMembers                                         members of what any version wrote
//     StoredRuns                                             the documents of a store as values
//     AcceptanceNote                                         what was accepted and taken back
//     Standing                                               running, killed, complete ...: what is true of a run now
