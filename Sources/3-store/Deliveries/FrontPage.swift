// The front page of the module.
//
// Deliveries is the one way out of ablate into the user's folders: submissions, logbooks, tables, exports. It replaces only what
// ablate wrote and what is as ablate wrote it, and deletes nothing else.
//
// It does not know what the files say, nor what a recipe or a logbook is.
//
// It may import Host, Digests and Storage (for the ledger). CommandLine uses it.
//
//     Delivery                                               read this first: may this path be written, and writing it
//     InputPlaces                                            the places of what is read, which nothing is written over
//     FileMark                                               a mark inside a file that says who wrote it and that it is whole
//     Author                                                 what a delivered file is made of, known again where it lies
