// Charts as values: both renderers draw the same rows, the same each time, and nothing that acts.

import Digests
import Foundation
import FoundationXML
import Testing

@testable import Figures

private let kinds: KeyValuePairs = ["helps": "#007a55", "hurts": "#b84300"]
private let evil = "<script>alert(1)</script>\" onload=\"x()\u{202e}&amp;"

private func forest(_ name: String = "rank: 8") -> Chart {
    ForestChart.chart(
        [
            .init(name: name, difference: 0.01, interval: 0.002...0.018, kind: "helps", word: "helps"),
            .init(name: "rank: 4", difference: -0.01, interval: -0.03...0.001, kind: "leaning", word: "leaning"),
        ], "improvement", across: "nats", sides: ("worse", "better"), kinds: kinds)!
}

private func curves(_ style: CurveChart.Style, _ form: Scale.Form = .linear) -> Chart {
    CurveChart.chart(
        [
            .init(name: "a", lines: [("a, 1", [(1, 0.5), (2, 0.25)]), ("a, 2", [(1, 0.75), (2, 0.5)])]),
            .init(name: "b", lines: [("b, 1", [(1, 0.6), (2, 0.4), (3, 0.3)])]),
        ], "loss", across: "step", up: "nats", style: style, form: form)
}

/// A chart of each kind, with a hostile name in it.
private let all: [(name: String, chart: Chart, marks: Int)] = [
    (
        "dots",
        DotChart.chart(
            [
                .init(name: evil, dots: [("fold 0", 0.5), ("fold 1", 0.6)], mean: 0.55),
                .init(name: "b", dots: [("fold 0", 0.4), ("fold 1", 0.7)], mean: 0.5),
            ], across: "log loss", joins: true), 4
    ), ("forest", forest(evil), 2), ("curves", curves(.dots), 7), ("means", curves(.means), 0),
    (
        "scatter",
        ScatterChart.chart(
            [.init(name: evil, x: 1, y: 2), .init(name: "b", x: 100, y: 1), .init(name: "c", x: 100, y: 1)],
            across: "s",
            up: "nats", isLogarithmic: true
        ) { "\($0) s" }!, 3
    ), ("heat", HeatChart.chart([evil, "b"], [[1, nil], [-0.5, 0]], "correlation")!, 4),
    ("map", MapChart.chart([.init(name: evil, points: [("row 1", 0, 0), ("row 2", 1, 1)])], "texts")!, 2),
    (
        "timeline",
        TimelineChart.chart(
            [.init(name: evil, bars: [.init(title: "fit", start: 0, seconds: 300, kind: 0)], remark: "2 reused")],
            kinds: ["fit", "rest"], "steps")!, 1
    ),
    (
        "graph",
        GraphChart.chart(
            [
                .init(name: "data", what: "ingest", layer: 0, dependencies: []),
                .init(name: evil, what: "fit × 5", layer: 1, dependencies: [0]),
            ], "plan")!, 2
    ),
]

/// The elements of a drawing that is well-formed XML, with their attributes and texts.
private final class Elements: NSObject, XMLParserDelegate {
    private(set) var found: [(name: String, attributes: [String: String])] = []
    private(set) var texts = ""

    init(_ svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) { found.append((name, attributes)) }

    func parser(_ parser: XMLParser, foundCharacters text: String) { texts += text }

    func count(_ name: String, _ kind: String) -> Int {
        found.count {
            $0.name == name && $0.attributes["class"]?.split(separator: " ").contains(Substring(kind)) == true
        }
    }
}

@Suite struct SVGTests {
    @Test func aDrawingIsElementsOfAFewKindsAndNothingThatActs() throws {
        let known: Set = ["svg", "g", "line", "path", "circle", "rect", "text", "title"]
        for (name, chart, marks) in all {
            let svg = SVGRenderer(chart).svg
            let elements = try Elements(svg)
            #expect(Set(elements.found.map(\.name)).isSubset(of: known), "\(name)")
            #expect(
                !elements.found.flatMap(\.attributes.keys).contains { $0.hasPrefix("on") || $0 == "style" }, "\(name)")
            #expect(!svg.contains("<script") && !svg.contains("\u{202e}") && !svg.contains("nan"), "\(name)")
            #expect(elements.found.first?.attributes["role"] == "img", "\(name)")
            #expect(elements.found.first?.attributes["aria-label"] == chart.label, "\(name)")
            let drawn =
                ["dot", "estimate", "point"].map { elements.count("circle", $0) }.reduce(0, +)
                + ["cell", "bar", "box"].map { elements.count("rect", $0) }.reduce(0, +)
            #expect(drawn == marks, "\(name)")
            #expect(SVGRenderer(chart).svg == svg, "\(name)")
        }
    }

    @Test func everyPlaceIsOnTheDrawing() throws {
        for (name, chart, _) in all {
            let elements = try Elements(SVGRenderer(chart).svg)
            let sides = elements.found[0].attributes["viewBox"]!.split(separator: " ").compactMap { Double($0) }
            for (axis, most) in [(["x", "x1", "x2", "cx"], sides[2]), (["y", "y1", "y2", "cy"], sides[3])] {
                for element in elements.found {
                    for value in axis.compactMap({ element.attributes[$0] }).compactMap(Double.init) {
                        #expect(value >= 0 && value <= most, "\(name): \(element)")
                    }
                }
            }
        }
    }

    @Test func aResultsMarksAreOneGroupUnderItsName() throws {
        let svg = SVGRenderer(forest()).svg
        let group = try #require(svg.firstMatch(of: #/<g data-name="rank: 8">(.*?)</g>/#)?.1)
        #expect(group.contains("class=\"name\"") && group.contains("class=\"interval helps\""))
        #expect(
            group.contains("class=\"estimate helps\"") && group.contains("rank: 8: +0.0100 [+0.0020, +0.0180], helps"))
        #expect(svg.matches(of: #/<g /#).count == 2)
        // A kind without a colour of its own is drawn as the style draws it without one.
        #expect(svg.contains("class=\"estimate\""))
    }

    @Test func meansLieAboveAllLines() throws {
        let svg = SVGRenderer(curves(.means)).svg
        let (thin, mean) = (svg.ranges(of: "curve thin"), svg.ranges(of: "curve mean"))
        #expect(thin.count == 3 && mean.count == 1 && thin.last!.upperBound < mean[0].lowerBound)
        #expect(svg.contains("a, mean"))
    }

    @Test func aUnitSquareHasItsDiagonalAndLogarithmsTheirTicks() throws {
        #expect(try Elements(SVGRenderer(curves(.dots, .unit)).svg).count("line", "zero") == 1)
        let scatter = try Elements(SVGRenderer(all[4].chart).svg)
        #expect(scatter.texts.contains("10") && scatter.texts.contains("100"))
        // Two points in one place: one name is left to its title.
        #expect(scatter.count("text", "name") == 3 || scatter.count("text", "name") == 2)
    }

    @Test func whatCannotBeDrawnIsNot() {
        #expect(HeatChart.chart(["a"], [[1]], "x") == nil && MapChart.chart([], "x") == nil)
        #expect(TimelineChart.chart([], kinds: [], "x") == nil && GraphChart.chart([], "x") == nil)
        #expect(ScatterChart.chart([], across: "", up: "", isLogarithmic: false) { "\($0)" } == nil)
        #expect(SVGRenderer(DotChart.chart([], across: "x")).svg.isEmpty)
        #expect(SVGRenderer(CurveChart.chart([], "x", across: "", up: "", style: .plain)).svg.isEmpty)
        let nowhere = DotChart.chart([.init(name: "a", dots: [("f", .nan)], mean: .infinity)], across: "x")
        #expect(SVGRenderer(nowhere).svg.isEmpty)
        #expect(Figure(name: "n", title: "t", nil, caption: "c").isEmpty)
        #expect(Figure(name: "n", title: "t", nil, caption: "c").specification == nil)
    }

    @Test func aDocumentOfItsOwnHasTitleDescriptionAndStyle() throws {
        let figure = Figure(name: "forest", title: "<Ablations>", forest(), caption: "What & how")
        let elements = try Elements(figure.document(style: "svg { color: red; }"))
        #expect(elements.found.prefix(4).map(\.name) == ["svg", "title", "desc", "style"])
        #expect(elements.texts.hasPrefix("<Ablations>What & how"))
    }
}

@Suite struct VegaLiteTests {
    @Test func theSpecificationHasTheRowsOfTheChart() throws {
        for (name, chart, _) in all {
            let document = VegaLiteRenderer(chart).document(title: "T", caption: "C")
            #expect(document["data"]?["values"]?.array?.count == chart.rows.count, "\(name)")
            let layers = try #require(document["layer"]?.array)
            #expect(layers.count == chart.layers.count, "\(name)")
            for (layer, drawn) in zip(chart.layers, layers) {
                let rows = drawn["data"]?["values"]?.array ?? document["data"]?["values"]?.array ?? []
                // Every field that a channel names is in the rows.
                for channel in ["x", "y", "x2", "y2", "color", "text", "detail"] {
                    guard let field = drawn["encoding"]?[channel]?["field"]?.string else { continue }
                    #expect(rows.allSatisfy { $0[field] != nil }, "\(name) \(layer.mark) \(channel) \(field)")
                }
            }
        }
    }

    @Test func axesSayWhatTheyAreOf() {
        let document = VegaLiteRenderer(curves(.dots, .logarithmic)).document(title: "T", caption: "C")
        let x = document["layer"]?.array?.first?["encoding"]?["x"]
        #expect(x?["title"] == "step" && x?["scale"]?["type"] == "log" && x?["type"] == "quantitative")
        let rows = VegaLiteRenderer(forest()).document(title: "T", caption: "C")["layer"]?.array?.last?["encoding"]
        #expect(rows?["y"]?["type"] == "nominal" && rows?["color"]?["scale"]?["domain"] == ["helps", "hurts"])
    }
}

@Suite struct ThinningTests {
    @Test func aCurveOfFewPointsHasTheMeansOfItsStretches() {
        let thinned = CurveChart.thinned([1, 3, 5, 7], to: 2)
        #expect(thinned.map(\.y) == [2, 6] && thinned.map(\.x) == [1.5, 3.5])
        #expect(CurveChart.thinned([1, 2], to: 40).map(\.y) == [1, 2] && CurveChart.thinned([], to: 5).isEmpty)
    }
}
