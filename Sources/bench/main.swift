// Benchmarks, as ratios against a peer in the same run.

import Numerics

print("no benchmark yet")
