// The front page of the module.
//
// Storage keeps what steps made, by content, and a record of each finished step, by key, as plain files that are
// whole or absent. Any number of engines may share a store. An index in SQLite remembers what was read; it is derived
// and may be deleted at any time.
//
// It does not know plans, kinds, recipes or processes: a manifest is a value it does not look into, a key is a name.
// It never decides that something is out of date.
//
// It may import Digests, and GRDB in the index's files alone. Forecasts, Execution, Logbooks and CommandLine use it.
//
//     Store                                                  read this first: layout and promises
//     Attempt, Publication, Harvest, Lease, Sweep            from a private folder to a record
//     Record, RecordText, RecordDetails, RecordLookup        what is known of a finished step
//     Output, Materialisation                                outputs as digests, and as paths again
//     FileDigests, FileStatus, Sighting                      digests of the user's files, each read once
//     RunHistory                                             documents about runs
//     Verification, Collection, CollectionLock, Pins         is all whole; what may go; what must not
//     Index, IndexDatabase, IndexRow, RecordSummary          the part that may be lost
//     Disk, OpenFile, StorageError                           the file system, with words for its failures
