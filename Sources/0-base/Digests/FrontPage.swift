// The front page of the module.
//
// Digests names bytes by their content and turns values into bytes: SHA-256, a JSON value whose integers are not
// floats, its strict reader and its writer, and the canonical bytes that keys are made of.
//
// It does not know files, steps, keys or records. It reads and writes nothing. What a value means, and which values
// go into a key, is decided by Plans and Storage.
//
// It may import Crypto. Every library but CLibYAML, Nodes, Schedules and those of the arithmetic uses it.
//
//     JSON                                                   read this first: the value all others speak
//     JSONReader, JSONWriter                                 text to value and back; bounded, one spelling
//     CanonicalBytes                                         one value, one byte string; frozen
//     ExactText                                              a text that is another one only if its bytes are
//     Digest                                                 32 bytes and their 64 digits
