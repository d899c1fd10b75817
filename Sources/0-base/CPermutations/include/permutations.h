// The sums over one-to-one labellings of eight groups side by side. Knows buffers; what they mean is Constraints' affair.

#ifndef ABLATE_PERMUTATIONS_H
#define ABLATE_PERMUTATIONS_H

#include <stdint.h>

/// Marginals of eight groups of `rows` rows and `labels` labels, each group in a lane of cells of eight doubles.
///
/// `weights` and `sums` are rows x labels cells, `forward` and `backward` 2^labels cells, `totals` and `scales` one cell,
/// all aligned to 64 bytes. `sets` lists the sets of labels by size, those of size k from `starts[k]` to `starts[k + 1]`.
/// Rows of `weights` are divided by their largest in place, and `scales` becomes the product of the largest's shares of
/// their rows; `totals` becomes the total weight of the labellings of what is left. Rows of `sums` sum to 1, or are NaN where the total is 0.
void permutations_sweep_eight(
    double *weights, int32_t rows, int32_t labels, const int32_t *sets, const int32_t *starts, double *forward,
    double *backward, double *sums, double *totals, double *scales);

#endif
