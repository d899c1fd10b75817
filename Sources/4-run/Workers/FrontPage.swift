// The front page of the module.
//
// Workers starts Python processes and speaks with them: one step specification a line in, events a line out. The
// worker's Python package is embedded in this module by the plugin EmbedWorker; its environment is made from embedded
// locks.
//
// It does not know plans, keys' meaning, the store or what a step's parameters say: a specification is passed on, a
// result is passed back. When a worker is started, and how many there are, is Execution's business.
//
// It may import Formats, Digests, Host, Subprocess and SystemPackage. Execution and CommandLine use it.
//
//     docs/worker-protocol.md                                read this first: the contract
//     WorkerMessage                                          the contract in types
//     Worker                                                 a process, one step after another
//     StepFailure                                            why a step gave nothing, with a class for programs
//     WorkerEnvironment, InstalledLibraries                  interpreter and libraries
//     WorkerPackage, WorkerSources                           the embedded files, written out by digest
//     ablate_worker/                                         the Python half, its rooms in docs/architecture.md
