/* The leaves of rows in trees of few leaves: half the time of the ways through them.
 *
 * Each row is compared with every split. One that sends it right crosses out the leaves on its left; the leftmost leaf
 * that remains is the row's (Lucchese et al., "QuickScorer: a fast algorithm to rank documents with additive ensembles
 * of regression trees", 2015). That has no branches and looks nothing up, so a processor does it for several rows at
 * once ("Exploiting CPU SIMD extensions to speed-up document scoring with tree ensembles", 2016).
 */
#include <string.h>

#include "forest.h"

#define WORD 32
/* No row is without a leaf; a wrong one is better than one that is none. */
#define LAST (UINT64_C(1) << 63)

/* What every processor of 64 bits has; wider ones gain a quarter. */
typedef float floats __attribute__((vector_size(16), may_alias));
typedef int32_t ints __attribute__((vector_size(16)));
#define PARTS (ROWS / 4)
#define EACH_PART _Pragma("GCC unroll 4") for (int part = 0; part < PARTS; part++)

/* Lay out up to ROWS rows column by column; return whether no value is missing: such rows have to be walked. */
int masks_across(const float *rows, int64_t count, int32_t columns, float *across) {
    int missing = 0;
    for (int64_t row = 0; row < ROWS; row++)
        for (int32_t column = 0; column < columns; column++) {
            float value = row < count ? rows[row * columns + column] : 0;
            missing |= value != value;
            across[column * ROWS + row] = value;
        }
    return !missing;
}

/* A bit for each leaf that remains, the leftmost one is the lowest. */
static void remaining(const forest *given, int32_t word, const float *across, uint32_t masks[ROWS]) {
    ints left[PARTS];
    EACH_PART left[part] = ~(ints){0};
    const split *end = given->splits + given->starts[word + 1];
    for (const split *at = given->splits + given->starts[word]; at < end; at++) {
        const floats *values = (const floats *)(across + (int64_t)at->feature * ROWS);
        float threshold = at->threshold;
        int32_t mask = at->mask;
        EACH_PART left[part] &= (values[part] <= threshold) | mask;
    }
    memcpy(masks, left, sizeof left);
}

void masks_leaves(const forest *given, int32_t tree, const float *across, int32_t leaves[ROWS]) {
    int32_t number = given->masked[tree];
    const int32_t *places = given->leaves + (int64_t)number * 2 * WORD;
    uint32_t low[ROWS], high[ROWS];
    remaining(given, 2 * number, across, low);
    remaining(given, 2 * number + 1, across, high);
    for (int row = 0; row < ROWS; row++) {
        uint64_t mask = (uint64_t)high[row] << WORD | low[row];
        leaves[row] = places[__builtin_ctzll(mask | LAST)];
    }
}
