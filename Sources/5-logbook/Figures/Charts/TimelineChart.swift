// What happened when: a lane for each name, a bar for each stretch of time, a remark at the lane's end.

package enum TimelineChart {
    package struct Bar: Sendable {
        let title: String
        let start: Double
        let seconds: Double
        /// Which of the kinds it is.
        let kind: Int

        package init(title: String, start: Double, seconds: Double, kind: Int) {
            (self.title, self.start, self.seconds, self.kind) = (title, start, seconds, kind)
        }
    }

    package struct Lane: Sendable {
        let name: String
        let bars: [Bar]
        let remark: String

        package init(name: String, bars: [Bar], remark: String) {
            (self.name, self.bars, self.remark) = (name, bars, remark)
        }
    }

    /// Nil where nothing took time. The axis is in seconds, minutes or hours, by what there is.
    package static func chart(_ lanes: [Lane], kinds: [String], _ label: String) -> Chart? {
        let last = lanes.flatMap { $0.bars.map { $0.start + $0.seconds } }.max() ?? 0
        guard last > 0 else { return nil }
        let (unit, word) = last > 7_200 ? (3_600.0, "hours") : last > 240 ? (60.0, "minutes") : (1.0, "seconds")
        let bars = lanes.flatMap { lane in
            lane.bars.map { bar in
                Row(
                    [
                        "lane": .text(lane.name), "step": .text(bar.title), "start": .number(bar.start / unit),
                        "end": .number((bar.start + bar.seconds) / unit), "kind": .text(kinds[bar.kind]),
                    ], title: bar.title)
            }
        }
        let remarks = lanes.filter { !$0.remark.isEmpty }.map {
            Row(["lane": .text($0.name), "remark": .text($0.remark)])
        }
        return Chart(
            label, x: .quantity("\(word) since the run began"), y: .names, colours: .series(kinds), rows: bars,
            layers: [
                Layer(.bar, [.x: "start", .x2: "end", .y: "lane", .colour: "kind", .result: "lane"]),
                Layer(.remark, [.y: "lane", .text: "remark", .result: "lane"], rows: remarks),
            ])
    }
}
