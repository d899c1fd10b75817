// The front page of the module.
//
// Execution carries a plan out: it performs the schedule's actions, computes keys as inputs come to be there, runs
// steps natively or in workers, publishes their results, and keeps the run's document.
//
// It does not know recipes, terminals or verbs: what goes on is told as events to whoever listens. Which step goes
// next is decided by Schedules, what a key is by Plans, whether a result is kept by Storage.
//
// It may import Schedules, Plans, Storage, Runs, Host, Forecasts, Steps, Arithmetic (for threads), Workers, Formats,
// Digests, Subprocess and SystemPackage. CommandLine uses it.
//
//     Engine                                                 read this first: actions in, events out
//     StepRunner                                             one step: lease, attempt, run, check, publish
//     Executors/Executor                                     the seam to whatever carries a step out
//     Executors/NativeExecutor, CommandExecutor, WorkerExecutor    in this process; a user's program; the worker's Python
//     Executors/CoreShare                                    how many cores a running step may use, as that changes
//     Executors/OwnThread, WorkerPool                        work that must not hold the engine's own threads; warm workers
//     BackboneFetcher                                        repositories from the hub
//     WorkerCall, Publisher, TableConverter                      the worker's libraries for what is in no plan
//     Machine, ControlGroup                                  cores, GPUs, limits, and what a demand takes of them
//     Acceptances                                            old outputs declared valid, under a lease, and taken back
//     Exporter                                               a fine-tune's way out of the store
//     CrashNotice                                            what is said should ablate itself crash
//     RunJournal, RunEvent                                   what is told and kept of a run
