// The front page of the module.
//
// Storage keeps what steps made, by content, and a record of each finished step, by key, as plain files that are
// whole or absent. Any number of engines may share a store. An index in SQLite remembers what was read; it is derived, lies in
// the user's folder for caches, and may be deleted at any time.
//
// It does not know plans, kinds, recipes or processes: a manifest is a value it does not look into, a key is a name.
// It never decides that something is out of date. It reaches files, clock and processes through a Host alone.
//
// It may import Host, Formats and Digests, and GRDB in the index's files alone. Forecasts, Execution, Logbooks and CommandLine use it.
//
//     Store                                                  read this first: layout and promises
//     Attempt, Publication, Harvest, Lease, Sweep            from a private folder to a record
//     Owner                                                  who holds a file, with locks and without
//     Record, RecordText, RecordDetails, RecordLookup        what is known of a finished step
//     Acceptance, Divergence                                 records that nobody ran, and second results of a key
//     Output, Materialisation, Contents                      outputs as digests, as paths again, and as proven bytes
//     FileDigests, FileObservation                           digests of the user's files, each read once
//     InputStamp, InputWay                                   whether such a file, or what leads to it, was touched
//     RunHistory, ReadRun, LiveRun                           documents about runs, and what a run says while it goes on
//     SealedDocument, SealedText                             JSON that says of itself whether it is as it was written
//     Ledger                                                 what was delivered to the user's folders, and how it was then
//     DerivedNumbers                                         numbers worked out from objects, beside the index
//     Snapshot, FileDependencies                             an answer that holds while files look as they did
//     Verification, Collection, CollectionLock, Pins, Usage  is all whole; what may go; what must not; how much there is
//     Remains, RunsAside, NewerFormats                       leftovers, and what keeps a collection from guessing
//     KeptAnswers, SealedTensors                               what the worker keeps here for later attempts
//     Index, IndexDatabase, IndexRow, IndexedRecord, RecordHead, RecordSummary    the part that may be lost
