// The events of libyaml, one at a time, with their places. The only file that speaks to the C library.

internal import CLibYAML
internal import Diagnostics

extension FindingRule {
    static let malformedYAML = FindingRule(
        "malformed-yaml", .text, "The text is not YAML.",
        "The place is where the parser could not go on; the mistake often stands a line above, such as a bracket or a quote that was never closed, or a tab."
    )
}

/// A cursor over the parsing events of one text. Not sendable: it owns a C parser.
struct EventStream: ~Copyable {
    enum Event {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(text: String, isPlain: Bool, anchor: String?, tag: String?)
        case sequenceStart(anchor: String?, tag: String?)
        case sequenceEnd
        case mappingStart(anchor: String?, tag: String?)
        case mappingEnd
        case alias(String)
    }

    private let file: SourceFile
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let count: Int

    /// Events of `text`, with places in `file`.
    init(_ file: SourceFile, text: String) {
        self.file = file
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        precondition(yaml_parser_initialize(parser) == 1, "libyaml could not allocate a parser")
        input = .allocate(capacity: max(1, text.utf8.count))
        let (_, filled) = input.initialize(from: text.utf8)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, UnsafePointer(input.baseAddress), filled)
        count = filled
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event and its place. Errors: a ``Finding`` with libyaml's own words where the text is not YAML.
    mutating func next() throws(Finding) -> (event: Event, span: Span) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw malformed() }
        defer { yaml_event_delete(&event) }
        let span = Span(file: file, start: position(event.start_mark), end: position(event.end_mark))
        switch event.type {
        case YAML_STREAM_START_EVENT: return (.streamStart, span)
        case YAML_STREAM_END_EVENT: return (.streamEnd, span)
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, span)
        case YAML_DOCUMENT_END_EVENT: return (.documentEnd, span)
        case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, span)
        case YAML_MAPPING_END_EVENT: return (.mappingEnd, span)
        case YAML_ALIAS_EVENT: return (.alias(text(event.data.alias.anchor) ?? ""), span)
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            return (.sequenceStart(anchor: text(data.anchor), tag: text(data.tag)), span)
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            return (.mappingStart(anchor: text(data.anchor), tag: text(data.tag)), span)
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
            return (
                .scalar(
                    text: String(decoding: bytes, as: UTF8.self), isPlain: data.style == YAML_PLAIN_SCALAR_STYLE,
                    anchor: text(data.anchor), tag: text(data.tag)), span
            )
        default: throw malformed()
        }
    }

    private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func position(_ mark: yaml_mark_t) -> Position { Position(line: mark.line + 1, column: mark.column + 1) }

    private func malformed() -> Finding {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "unreadable text"
        // A reader error (a control character) has an offset only: the reader runs ahead of all marks.
        let isReader = state.error == YAML_READER_ERROR
        let start = isReader ? position(offset: state.problem_offset) : position(state.problem_mark)
        var notes: [Finding.Note] = []
        if let context = state.context {
            let place = position(state.context_mark)
            notes.append(.init(String(cString: context), at: Span(file: file, start: place, end: place)))
        }
        let help =
            problem.contains("cannot start any token") && line(start).contains("\t")
            ? "YAML does not allow tabs for indentation; use spaces" : nil
        let shown = isReader ? " (U+" + hexadecimal(state.problem_value) + ")" : ""
        return Finding(
            .malformedYAML, "not YAML: \(problem)\(shown)", at: Span(file: file, start: start, end: start),
            notes: notes,
            help: help)
    }

    private func hexadecimal(_ value: CInt) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The place of the byte at `offset`, where lines end as ``SourceFile`` has them.
    private func position(offset: Int) -> Position {
        let before = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(input)[..<min(max(0, offset), count)])
        let lines = SourceFile(name: "", text: String(decoding: before, as: UTF8.self)).lines
        return Position(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }

    private func line(_ position: Position) -> Substring {
        position.line <= file.lines.count ? file.lines[position.line - 1] : ""
    }
}
