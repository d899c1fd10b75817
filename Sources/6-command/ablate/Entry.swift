// The entry point of the command.

import CommandLine

@main
struct Entry {
    static func main() {
        Ablate.requireOpenFiles()
        Ablate.begin()
    }
}
