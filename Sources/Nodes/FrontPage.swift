// The front page of the module.
//
// Nodes turns YAML text into a tree in which every value and every key has its place, and edits such trees without
// losing places. It refuses what libyaml lets pass: duplicate keys, foreign tags, several documents, aliases within
// themselves, and texts that are too large, too deep or too many once expanded.
//
// It does not know recipes: no key has a meaning here, and a scalar has no type but the one YAML 1.2 gives it. It
// opens no file.
//
// It may import CLibYAML and Diagnostics. Recipes reads with it; Plans, Logbooks and CommandLine look up places.
//
//     Node                                                   read this first
//     EventStream                                            the only file that speaks to the C library
//     Composer, Limit                                        events to a tree, within limits
//     CoreSchema                                             the type of a plain scalar, and where readers disagree
//     Settings                                               values at dotted paths, overlays, origins
