/* Forests of binary trees: a row goes through every tree, and what its leaves say is added up in the trees' order.
 *
 * Trees are checked before they come here (layout.py): children lie behind their parent, features are columns. So
 * nothing is checked here.
 */
#include <stdint.h>
#include <stdlib.h>

#include "lines.h"
#include "rows.h"

/* Rows go through a tree side by side, or a row through several trees: the processor looks at one node while it waits
 * for another. That takes a third less time where the compiler writes these loops out.
 */
#define BLOCK 8
#define SIDE_BY_SIDE _Pragma("GCC unroll 8") for (int each = 0; each < BLOCK; each++)

/* A row goes left if its feature is at most the threshold; right is the node after left. A leaf leads to itself. */
typedef struct {
    float threshold;
    int32_t feature, left, missing_left;
} node;

/* `means` has a value for each node and output; or `votes` one for each node, and `targets` an output for each tree. */
typedef struct {
    const node *nodes;
    const int32_t *roots, *depths, *targets;
    const double *means;
    const float *votes, *base;
    int32_t trees, columns, outputs;
} forest;

typedef void (*evaluate)(const forest *given, const float *rows, int64_t count, void *answers);
typedef void (*add_leaf)(const forest *given, int32_t tree, int32_t leaf, int64_t row, void *sums);

static inline int32_t next(const node *nodes, int32_t place, const float *row) {
    const node *at = nodes + place;
    float value = row[at->feature];
    int left = (value <= at->threshold) | ((value != value) & at->missing_left);
    return at->left + !left;
}

static inline int32_t leaf(const forest *given, int32_t tree, const float *row) {
    int32_t place = given->roots[tree];
    while (given->nodes[place].left != place) place = next(given->nodes, place, row);
    return place;
}

/* The leaves of BLOCK rows in one tree. */
static inline void of_rows(const forest *given, int32_t tree, const float *rows, int32_t leaves[BLOCK]) {
    SIDE_BY_SIDE leaves[each] = given->roots[tree];
    for (int32_t depth = given->depths[tree]; depth > 0; depth--)
        SIDE_BY_SIDE leaves[each] = next(given->nodes, leaves[each], rows + each * (int64_t)given->columns);
}

/* The leaves of one row in BLOCK trees. */
static inline void of_trees(const forest *given, int32_t tree, const float *row, int32_t leaves[BLOCK]) {
    int32_t depth = 0;
    SIDE_BY_SIDE if (given->depths[tree + each] > depth) depth = given->depths[tree + each];
    SIDE_BY_SIDE leaves[each] = given->roots[tree + each];
    for (; depth > 0; depth--) SIDE_BY_SIDE leaves[each] = next(given->nodes, leaves[each], row);
}

static inline void of_row(const forest *given, const float *row, int64_t number, add_leaf add, void *sums) {
    int32_t leaves[BLOCK], blocks = given->trees - given->trees % BLOCK;
    for (int32_t tree = 0; tree < blocks; tree += BLOCK) {
        of_trees(given, tree, row, leaves);
        SIDE_BY_SIDE add(given, tree + each, leaves[each], number, sums);
    }
    for (int32_t tree = blocks; tree < given->trees; tree++) add(given, tree, leaf(given, tree, row), number, sums);
}

static inline void walk(const forest *given, const float *rows, int64_t count, add_leaf add, void *sums) {
    int32_t leaves[BLOCK];
    int64_t blocks = count - count % BLOCK;
    for (int32_t tree = 0; tree < given->trees; tree++)
        for (int64_t row = 0; row < blocks; row += BLOCK) {
            of_rows(given, tree, rows + row * given->columns, leaves);
            SIDE_BY_SIDE add(given, tree, leaves[each], row + each, sums);
        }
    for (int64_t row = blocks; row < count; row++) of_row(given, rows + row * given->columns, row, add, sums);
}

static inline void add_means(const forest *given, int32_t tree, int32_t leaf, int64_t row, void *sums) {
    const double *means = given->means + (int64_t)leaf * given->outputs;
    double *sum = (double *)sums + row * given->outputs;
    for (int32_t output = 0; output < given->outputs; output++) sum[output] += means[output];
    (void)tree;
}

static inline void add_vote(const forest *given, int32_t tree, int32_t leaf, int64_t row, void *sums) {
    ((float *)sums)[row * given->outputs + given->targets[tree]] += given->votes[leaf];
}

/* The means of what leaves say, in double precision. */
void forest_mean(const forest *given, const float *rows, int64_t count, void *answers) {
    double *means = answers;
    int64_t all = count * given->outputs;
    for (int64_t each = 0; each < all; each++) means[each] = 0;
    walk(given, rows, count, add_means, means);
    for (int64_t each = 0; each < all; each++) means[each] /= given->trees;
}

/* The sums of what leaves say and of the base, in single precision. */
void forest_sum(const forest *given, const float *rows, int64_t count, void *answers) {
    float *sums = answers;
    for (int64_t row = 0; row < count; row++)
        for (int32_t output = 0; output < given->outputs; output++)
            sums[row * given->outputs + output] = given->base[output];
    walk(given, rows, count, add_vote, sums);
}

static int64_t of_text(const forest *given, const char *text, int64_t length, int64_t most, evaluate evaluated,
                       void *answers) {
    float *rows = malloc((size_t)most * (size_t)given->columns * sizeof *rows);
    int64_t count = rows ? rows_read(text, length, given->columns, most, rows) : -1;
    if (count > 0) evaluated(given, rows, count, answers);
    free(rows);
    return count;
}

/* The same of at most `most` lines of text; return how many there are, or -1: read them in another way. */
int64_t forest_mean_text(const forest *given, const char *text, int64_t length, int64_t most, double *means) {
    return of_text(given, text, length, most, forest_mean, means);
}

/* The same as lines of labels and means, in `answer`. Returns how long it is; or -1; or, where lines.c does not write
 * such numbers, -2 less how many rows of means there are.
 */
int64_t forest_mean_lines(const forest *given, const char *text, int64_t length, int64_t most, const char *labels,
                          const int32_t *places, double *means, char *answer) {
    int64_t count = forest_mean_text(given, text, length, most, means);
    if (count <= 0) return -1;
    int64_t written = lines_write(means, count, given->outputs, labels, places, answer);
    return written >= 0 ? written : -2 - count;
}

int64_t forest_sum_text(const forest *given, const char *text, int64_t length, int64_t most, float *sums) {
    return of_text(given, text, length, most, forest_sum, sums);
}
