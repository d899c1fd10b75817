// The front page of the module.
//
// Schedules decides which step goes next: a value that takes events and gives actions. A step waits for what it
// depends on, is probed, and only on a miss waits for cores and GPUs; the longest remaining path goes first.
//
// It does not know what a step is or does, who performs an action, what time it is, or which devices a step gets: it
// counts what is free of cores, memory and GPUs. Steps are numbers, durations are estimates it was given. No I/O: a test
// is a list of events and the actions that must follow.
//
// It imports nothing. Execution performs its actions.
//
//     Schedule                                               read this first: states, events, actions
//     Resources, GPUPool                                     how much of cores, memory and GPUs, whole or in part
//     Outlook                                                how long the rest takes at best
