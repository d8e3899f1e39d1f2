/* Forests of binary trees. They are checked before they come here (layout.py): children lie behind their parent, each
 * has one, features are columns. So nothing is checked here.
 */
#ifndef FOREST_H
#define FOREST_H

#include <stdint.h>

/* That many rows are compared with a split at once. */
#define ROWS 16

/* A row goes left if its feature is at most the threshold; right is the node after left. A leaf leads to itself. */
typedef struct {
    float threshold;
    int32_t feature, left, missing_left;
} node;

/* The same of masks.c: where a row goes right, only the leaves of the mask remain. */
typedef struct {
    float threshold;
    int32_t feature, mask;
} split;

/* `means` has a value for each node and output; or `votes` one for each node, and `targets` an output for each tree.
 *
 * `masked` numbers the trees of few leaves; others have -1. Such a tree has two words of 32 leaves, from left to right,
 * and `leaves` has a node for each; the splits of word n begin at starts[n] and end before starts[n + 1].
 */
typedef struct {
    const node *nodes;
    const int32_t *roots, *depths, *targets;
    const split *splits;
    const int32_t *masked, *starts, *leaves;
    const double *means;
    const float *votes, *base;
    int32_t trees, columns, outputs;
} forest;

int masks_across(const float *rows, int64_t count, int32_t columns, float *across);
void masks_leaves(const forest *given, int32_t tree, const float *across, int32_t leaves[ROWS]);

#endif
