// The front page of the module.
//
// Host is the machine as the program meets it: files, clock, environment, processes. Two forms stand behind each protocol, the
// system's own and one in memory, so that whatever is built on them can be tested without a disk and without waiting.
//
// It does not know stores, recipes, formats or terminals. Paths and bytes come in, paths and bytes go out.
//
// It may import Digests, and Arithmetic for a thread. It is the one module that calls POSIX for files, processes and signals;
// ArchitectureTests keeps it so.
//
//     Host                                                   read this first: the machine as a value
//     AblateError, ErrorClass                                what can go wrong, in words, and what that is for scripts
//     FileSystem, OpenFile, FileStatus, Reading              files as protocols, and reading them within limits
//     SystemFiles, SystemFile, FolderWalk                    files of the system; no path is walked through a link of others
//     MemoryFiles, MemoryFile                                files in memory, with locks, links, faults and a clock
//     Processes/SystemProcesses, ProcessTree                 time, environment, who is alive; all that a process started
//     Processes/Interruption, Signals, LastWords             signals that stop work; that are sent; what a crash says
//     Processes/SystemLimits                                 memory, and how many files may be open
//     MemoryHost                                             a clock that is turned, processes that end at a word
//     CacheFolder                                            where what can be made again is kept for this user
//     Terminal                                               the two streams of a command
