// The front page of the module.
//
// Words is how numbers, times and other people's texts are written where a person or another program reads them: so many
// decimals, `3 min 20 s`, `1.4 MiB`, `2 steps`; a text in quotes for a shell or for YAML; a text that shows and does nothing on a
// terminal, in Markdown, LaTeX, HTML or a spreadsheet.
//
// It does not know what a number or a text means. It reads nothing but the time zone, and writes nothing. Fields of CSV are
// Formats' (`CSV.row`), beside their reader; JSON is Digests'.
//
// It imports nothing. Every module may import it.
//
//     Format                                                 read this first: numbers, counts, sizes, durations
//     Moment                                                 a time as the person's clock shows it
//     ShellText, YAMLText                                    a text that a shell or YAML reads back as it is
//     VisibleText                                            nothing hidden, nothing that a terminal obeys
//     MarkdownText, LaTeXText, MarkupText, SpreadsheetText   a text that means nothing but itself there
//     Abbreviation                                           names in little room, no two different ones alike
//     Ink                                                    colours in text on its way to a terminal
