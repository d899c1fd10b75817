// The front page of the module.
//
// Nodes turns YAML text into a tree in which every value and every key has its place, and edits such trees without
// losing places. It refuses what libyaml lets pass: duplicate keys, foreign tags, several documents, aliases within
// themselves, and texts that are too large, too deep or too many once expanded. docs/yaml.md lists all of it.
//
// It does not know recipes: no key has a meaning here, and a scalar has no type but the one YAML 1.2 gives it. It
// opens no file.
//
// It may import CLibYAML, Diagnostics and Words. Recipes reads with it; Plans, Logbooks and CommandLine look up places.
//
//     Node                                                   read this first
//     EventStream                                            the only file that speaks to the C library
//     TextDecoding                                           bytes to text: UTF-8, UTF-16, byte order marks
//     Composer, MappingComposer, Tags, Limit                 events to a tree, within limits
//     CoreSchema, ByteScanner                                the type of a scalar by YAML 1.2
//     Ambiguity                                              where readers disagree, and how to write what is meant
//     NodeFindings                                           the rules that a text can break as YAML
//     Settings                                               values at dotted paths, overlays, origins
