// The files that a command names are inputs, however programs spell a path; nothing else is.

import Testing

@testable import Recipes

@Suite struct CommandFilesTests {
    private let files: CommandFiles = {
        let files = [
            "/p/s.py", "/p/value.txt", "/p/sub/args.txt", "/else/x.csv", "/p/sp ace/a b.txt", "/p/g1.txt", "/p/g2.txt",
            "/p/g3.txt", "/p/-dash.txt", "/p/q'q.txt", "/p/lib/sub/f.txt", "/p/lib/.h.txt", "/p/one.py",
            "/p/e\u{301}.txt",
        ]
        let folders = [
            "/p": ["g1.txt", "g2.txt", "g3.txt", "lib", "pk", "s.py"], "/p/lib": ["sub", ".h.txt", "pk"],
            "/p/lib/sub": ["f.txt"], "/p/pk": [], "/p/lib/pk": [],
        ]
        var surroundings = Surroundings { path in
            files.contains(path.replacing("/./", with: "/")) ? .file : folders[path] == nil ? nil : .folder
        }
        surroundings.names = { folders[$0] ?? [] }
        surroundings.modules = { $0.hasSuffix("/pk") ? ["__init__.py", "m.py"] : [] }
        return CommandFiles(surroundings: surroundings, folder: "/p", written: ["/p/g3.txt"])
    }()

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
        (["x", "value.txt:g1.txt"], ["value.txt", "g1.txt"]), (["x", "C:sub/args.txt"], ["sub/args.txt"]),
        (["x", "g1.txt#sheet", "-dash.txt"], ["g1.txt", "-dash.txt"]), (["x", "g*.txt"], ["g1.txt", "g2.txt"]),
        (["sh", "-c", "cat g?.txt"], ["g1.txt", "g2.txt"]), (["x", "*/*/f*.txt"], ["lib/sub/f.txt"]),
        (["x", "/p/lib/*.txt", "*", "*/*"], []), (["sh", "-c", "cat \"q'q.txt\""], ["q'q.txt"]),
        (["sh", "-c", "for f in g1 'g2'; do cat $f.txt; done"], ["g1.txt", "g2.txt"]),
        (["sh", "-c", "cd lib && cat sub/f.txt"], ["lib/sub/f.txt"]),
        (["sh", "-c", "cd lib; cd sub; cat f.txt"], ["lib/sub/f.txt"]),
        (["env", "-C", "lib", "x", "sub/f.txt"], ["lib/sub/f.txt"]),
        (["bash", "-c", "sh -c 'cat \"sp ace/a b.txt\"'"], ["sp ace/a b.txt"]),
        (["sh", "-c", "x \"$(cat 'sp ace/a b.txt')\""], ["sp ace/a b.txt"]),
        (["python3", "-mpk.m"], ["pk/__init__.py", "pk/m.py"]), (["python3", "-um", "one"], ["one.py"]),
        (["python3", "-umone"], ["one.py"]), (["torchrun", "-m", "pk.m"], ["pk/__init__.py", "pk/m.py"]),
        (["accelerate", "launch", "--module", "one"], ["one.py"]), (["python3", "-m", "installed"], []),
        (["sh", "-c", "python3 -m one"], ["one.py"]),
        (
            ["sh", "-c", "cd lib && python3 -m pk.m"],
            ["lib/pk/__init__.py", "lib/pk/m.py", "pk/__init__.py", "pk/m.py"]
        ),
        (["python3", "s.py", "--dir", "lib", "-x", "nothing.txt", "@", "-t", "="], ["s.py"]),
    ])
    func filesAreNamedInManyWays(_ command: [String], _ expected: [String]) {
        let found = files.files(of: command).map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
        #expect(Set(found) == Set(expected), "\(found)")
    }

    @Test func filesAreToldApartByTheBytesOfTheirNames() {
        let found = files.files(of: ["x", "\u{e9}.txt", "e\u{301}.txt", "\u{e9}.txt"])
        #expect(found.map { Array($0.utf8).count } == [6, 7])
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
