// The front page of the module.
//
// Tensors is the safetensors format: named arrays of numbers in one file, as Python's side writes and reads them.
//
// It does not know what the numbers mean, nor where the file lies: bytes come in, bytes go out.
//
// It may import Digests (for JSON). Steps and Logbooks import it.
//
//     Safetensors                                            all there is
