// The forward-backward recursion of PermutationKernel.swift in vectors of eight doubles.
//
// It is in C because a Swift module is compiled for one instruction set, and vectors twice as wide as the oldest
// processor's halve the time. Here the same body is compiled twice, and the processor decides at run time. No multiply is
// fused with an add, so every processor of a kind gives the same bits.

#include "permutations.h"

typedef double cell __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) void sweep(
    cell *restrict weights, int rows, int labels, const int32_t *restrict sets, const int32_t *restrict starts,
    cell *restrict forward, cell *restrict backward, cell *restrict sums, cell *restrict totals, cell *restrict scales) {
#pragma clang fp contract(off)
    const cell zero = {0};
    const cell one = zero + 1.0;
    const int all = (1 << labels) - 1;
    cell scale = one;
    for (int row = 0; row < rows; row++) {
        cell *own = weights + row * labels;
        cell largest = own[0];
        cell whole = own[0];
        for (int label = 1; label < labels; label++) {
            for (int lane = 0; lane < 8; lane++)
                if (own[label][lane] > largest[lane]) largest[lane] = own[label][lane];
            whole += own[label];
        }
        const cell inverse = one / largest;
        for (int label = 0; label < labels; label++) own[label] *= inverse;
        scale *= largest / whole;
    }
    *scales = scale;
    forward[0] = one;
    for (int size = 1; size < rows; size++) {
        const cell *row = weights + (size - 1) * labels;
        for (int place = starts[size]; place < starts[size + 1]; place++) {
            const int set = sets[place];
            cell total = zero;
            int rest = set;
            do {
                const int label = __builtin_ctz(rest);
                rest &= rest - 1;
                total += forward[set ^ (1 << label)] * row[label];
            } while (rest);
            forward[set] = total;
        }
    }
    for (int place = starts[rows]; place < starts[rows + 1]; place++) backward[sets[place]] = one;
    for (int size = rows - 1; size >= 0; size--) {
        const cell *row = weights + size * labels;
        cell *sum = sums + size * labels;
        for (int label = 0; label < labels; label++) sum[label] = zero;
        for (int place = starts[size]; place < starts[size + 1]; place++) {
            const int set = sets[place];
            const cell before = forward[set];
            cell total = zero;
            int rest = all ^ set;
            do {
                const int label = __builtin_ctz(rest);
                rest &= rest - 1;
                const cell after = row[label] * backward[set | (1 << label)];
                total += after;
                sum[label] += before * after;
            } while (rest);
            backward[set] = total;
        }
        cell whole = zero;
        for (int label = 0; label < labels; label++) whole += sum[label];
        const cell inverse = one / whole;
        for (int label = 0; label < labels; label++) sum[label] *= inverse;
    }
    *totals = backward[0];
}

#define ARGUMENTS                                                                                                        \
    (cell *)weights, rows, labels, sets, starts, (cell *)forward, (cell *)backward, (cell *)sums, (cell *)totals,        \
        (cell *)scales

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void sweep_wide(
    double *weights, int rows, int labels, const int32_t *sets, const int32_t *starts, double *forward, double *backward,
    double *sums, double *totals, double *scales) {
    sweep(ARGUMENTS);
}
#endif

void permutations_sweep_eight(
    double *weights, int32_t rows, int32_t labels, const int32_t *sets, const int32_t *starts, double *forward,
    double *backward, double *sums, double *totals, double *scales) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        sweep_wide(weights, rows, labels, sets, starts, forward, backward, sums, totals, scales);
        return;
    }
#endif
    sweep(ARGUMENTS);
}
