// A chart with its place among others: what its files are called, its title and its caption. Knows no page.

package import Digests

package struct Figure: Sendable {
    /// What its file is called, without ending.
    package let name: String
    package let title: String
    package let caption: String
    /// Nil where there is nothing to draw.
    package let chart: Chart?
    package let isEmpty: Bool

    package init(name: String, title: String, _ chart: Chart?, caption: String) {
        (self.name, self.title, self.chart, self.caption) = (name, title, chart, caption)
        isEmpty = chart?.layout == nil
    }

    /// The SVG element; empty where there is nothing to draw.
    package var svg: String { chart.map { SVGRenderer($0).svg } ?? "" }

    /// The drawing as a document of its own, with title and description, in `style`.
    package func document(style: String) -> String {
        let svg = svg
        guard let end = svg.firstIndex(of: ">") else { return svg }
        return svg[..<end].replacing("<svg", with: "<svg xmlns=\"http://www.w3.org/2000/svg\"") + ">"
            + Canvas.element("title", title) + Canvas.element("desc", caption) + "\n<style>\n\(style)</style>"
            + svg[svg.index(after: end)...] + "\n"
    }

    /// The same numbers for other tools; nil where there is nothing to draw.
    package var specification: JSON? {
        isEmpty ? nil : chart.map { VegaLiteRenderer($0).document(title: title, caption: caption) }
    }
}
