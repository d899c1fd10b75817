// The files that a command names are inputs, however programs spell a path; nothing else is.

import Testing

@testable import Recipes

@Suite struct CommandFilesTests {
    private let files = CommandFiles(
        surroundings: Surroundings { path in
            let there = ["/p/s.py", "/p/value.txt", "/p/sub/args.txt", "/else/x.csv", "/p/sp ace/a b.txt"]
            return there.contains(path.replacing("/./", with: "/")) ? .file : path == "/p/lib" ? .folder : nil
        }, folder: "/p")

    @Test(arguments: [
        (["python3", "s.py"], ["s.py"]), (["python3", "s.py", "-tvalue.txt"], ["s.py", "value.txt"]),
        (["python3", "s.py", "-t", "value.txt"], ["s.py", "value.txt"]),
        (["python3", "s.py", "--t=value.txt"], ["s.py", "value.txt"]),
        (["python3", "s.py", "@sub/args.txt"], ["s.py", "sub/args.txt"]),
        (["python3", "s.py", "--args=@sub/args.txt"], ["s.py", "sub/args.txt"]),
        (["python3", "s.py", "file:///p/value.txt"], ["s.py", "value.txt"]),
        (["python3", "s.py", "file:/else/x.csv", "/else/x.csv"], ["s.py", "/else/x.csv"]),
        (["sh", "-c", "cat value.txt | ./s.py > {out.x}"], ["s.py", "value.txt"]),
        (["sh", "-c", "cat {value,other}.txt"], ["value.txt"]),
        (["sh", "-c", "F=value.txt; cat $F"], ["value.txt"]),
        (["sh", "-c", "cat 'sp ace/a b.txt'"], ["sp ace/a b.txt"]),
        (["python3", "s.py", "--dir", "lib", "-x", "nothing.txt", "@", "-t", "="], ["s.py"]),
    ])
    func filesAreNamedInManyWays(_ command: [String], _ expected: [String]) {
        let found = files.files(of: command).map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
        #expect(Set(found) == Set(expected), "\(found)")
    }

    /// Each variable holds the one before twice.
    @Test(.timeLimit(.minutes(1)))
    func variablesThatHoldEachOtherTakeNoTime() {
        let names = (1...60).map { String(repeating: "x", count: $0) }
        let script =
            zip(names.dropFirst(), names).map { "\($0)=$\($1)$\($1)" }.joined(separator: " ") + " cat $\(names[59])"
        #expect(files.files(of: ["sh", "-c", "x=value.txt " + script]).contains("value.txt"))
    }
}
