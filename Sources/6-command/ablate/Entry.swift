// The entry point of the command.

import CommandLine

@main
struct Entry {
    static func main() async { await Ablate.begin() }
}
