// How a command names the training table: for certain, perhaps, and not at all. The folder is a set of paths.

import Diagnostics
import Testing

@testable import Recipes

@Suite struct TableMentionsTests {
    private func mention(_ command: [String], files: [String: String] = [:]) -> TableMention? {
        let known = Set(["/p/train.csv", "/p/test.csv", "/p/old/train.csv"] + files.keys.map { "/p/\($0)" })
        @Sendable func normal(_ path: String) -> String {
            var names: [Substring] = []
            for name in path.split(separator: "/") where name != "." {
                if name == ".." { _ = names.popLast() } else { names.append(name) }
            }
            return "/" + names.joined(separator: "/")
        }
        var surroundings = Surroundings { path in
            known.contains(normal(path)) ? .file : ["/p", "/p/old", "/", "/q"].contains(normal(path)) ? .folder : nil
        }
        surroundings.isSame = { normal($0) == normal($1) }
        surroundings.read = { path, name throws(Unreadable) in
            guard let text = files[String(path.dropFirst(3))] else { throw Unreadable(reason: "it is not there") }
            return SourceFile(name: name, text: text)
        }
        return TableMentions(surroundings: surroundings, folder: "/p", table: "/p/train.csv")
            .mention(command, files: files.keys.sorted())
    }

    @Test(arguments: [
        "@train.csv", "-ttrain.csv", "-t=train.csv", "file:train.csv", "file:///p/train.csv",
        "file://localhost/p/train.csv",
        "--t=file:train.csv", "--t=@train.csv", "+data.train=train.csv", "old/../train.csv", "cat \"train\".csv",
        "cat t'rain'.csv", "cat tr\\ain.csv", "cat {train,x}.csv", "cat {a,b}.csv {x,tra{in,p}}.csv",
    ])
    func certain(_ argument: String) throws {
        let found = try #require(mention(["sh", "-c", argument, "{out.out-of-fold}"]))
        #expect(found.isCertain && found.place == .argument(2))
    }

    @Test(arguments: [
        "a:train.csv", "x@train.csv", ".", "./", "--root=.", "/p", "--root=/p/", "old/..", "t*.csv",
        "./tr?in.[ct]sv", "/p/*.csv",
        "--files=*.csv", "**/*.csv", "f=train; cat $f.csv", "d=train; cat ${d}.csv", "cat $PWD/train.csv", "cat *",
    ])
    func possible(_ argument: String) throws {
        let found = try #require(mention(["sh", "-c", argument, "{out.out-of-fold}"]))
        #expect(!found.isCertain && found.place == .argument(2))
    }

    @Test(arguments: [
        "test.csv", "old/train.csv", "--train=old/train.csv", "mytrain.csv", "train.csv.bak", "s3://bucket/train.csv",
        "/q",
        "--cache=/q", "/", "u*.csv", "old/*.csv", "train", "--mode=train", "2.5", "-", "--", "a=b", "{in.x}/train.csv",
        "$HOME/x", "{",
        "}{,", "[", "[[*", "",
    ])
    func none(_ argument: String) {
        #expect(mention(["python3", "x.py", argument, "{out.out-of-fold}"]) == nil)
    }

    @Test func aStarMultipliesOutsideOfShells() {
        #expect(mention(["python3", "-c", "print(2 * 3)"]) == nil)
        #expect(mention(["train.csv"]) == nil)
    }

    @Test(arguments: [
        ("c.json", "{\"train\": \"train.csv\"}", true), ("c.yaml", "train: ./train.csv", true),
        ("x.py", "open('train.csv')", true), ("x.sh", "cat train.csv|wc", true), ("x.py", "open('mytrain.csv')", false),
        ("x.py", "open('train.csvx')", false), ("x.py", "open('train-csv')", false), ("x.csv", "train.csv", false),
        ("x.py", String(repeating: "#", count: 1 << 20) + "train.csv", false),
    ])
    func texts(_ file: String, _ text: String, _ isFound: Bool) {
        let found = mention(["python3", "{in.x}"], files: [file: text])
        #expect(found == (isFound ? TableMention(place: .file(file), words: "train.csv", isCertain: false) : nil))
    }

    @Test func aWordThatCouldBeExpandedForeverIsNot() {
        _ = mention(["sh", "-c", String(repeating: "{a,b}", count: 200)])
        _ = mention(["sh", "-c", String(repeating: "*a", count: 200) + ".csv"])
        _ = mention(["sh", "-c", String(repeating: "a=$a;", count: 1_000)])
    }

    @Test(arguments: ["train.csv.zst", "train.parquet", "TRAIN.tar.gz", "train.zip"])
    func aFileOfItsNameThatHidesItsContentMayHoldIt(_ file: String) throws {
        let found = try #require(mention(["python3", "x.py"], files: [file: "", "other.csv": ""]))
        #expect(!found.isCertain && found.place == .sealed(file))
    }

    @Test(arguments: ["train.csv.bak", "training.zip", "test.parquet", "train.txt", "zip", "train"])
    func otherFilesDoNot(_ file: String) { #expect(mention(["python3", "x.py"], files: [file: ""]) == nil) }
}
