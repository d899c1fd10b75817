// The front page of the module.
//
// Servers gives one page and its events to browsers, over HTTP on this machine. It does not know what the page says, when it
// is made anew, or what a recipe is: it is handed texts.
//
// It may import FlyingSocks. CommandLine uses it, for `logbook --serve` alone.
//
//     PageServer       read this first: routes, headers, who may ask
//     PageRequest      what a browser asks for
//     Loopback         whether a name can mean this machine alone
//     Broadcast        one word to many listeners
