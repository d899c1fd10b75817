// The entry point of the command.

import ArgumentParser
import CommandLine

@main
struct Entry {
    static func main() async { await Ablate.main() }
}
