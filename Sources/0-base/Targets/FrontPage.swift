// The front page of the module.
//
// Targets holds what is predicted of each row, so that files, metrics, recipes and steps speak of one thing.
//
// It does not know how a kind is declared, read, trained, stored or scored.
//
// It imports nothing. Formats, Scores and whatever stands above them use it.
//
//     Target       read this: the kinds, how many numbers a prediction has, and what these promise
