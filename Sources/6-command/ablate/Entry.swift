// The entry point of the command.

import CommandLine

@main
struct Entry {
    static func main() {
        Ablate.prepare()
        Ablate.begin()
    }
}
