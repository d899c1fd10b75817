// The front page of the module.
//
// Diagnostics says what is wrong with what a person wrote: a text, places in it, and findings with code, message,
// place, notes and help, each of a rule, rendered like a compiler's for a terminal and as JSON for programs.
//
// It does not know YAML, recipes or who found what. It opens no file and prints nothing: a text comes in with its
// name, and a rendered text goes out. Messages are written where the rule is.
//
// It may import Digests (for JSON) and Words. Nodes and Recipes make findings; CommandLine shows them.
//
//     Finding                                                read this first
//     FindingRule                                            code, severity and explanation, once for all findings of a kind
//     ValueFindings                                          the rules about a value that every reader shares
//     SourceFile (with Position, Span)                       lines and columns from 1, columns in Unicode scalars
//     FindingText, FindingJSON, FindingSARIF                 the three forms
//     Mending                                                a text with its safe fixes applied
//     Spelling                                               "did you mean ...?"
