/* What forests say of rows: a row goes through every tree, and what its leaves say is added up in the trees' order. */
#include "forest.h"

#include <stdlib.h>

#include "lines.h"
#include "rows.h"
#include "ways.h"

/* Rows that go through a tree before others do: it stays in the processor's cache meanwhile. */
#define CHUNK (16 * ROWS)
/* Fewer rows are walked: masks take as long for them as for ROWS. */
#define LEAST 5

typedef void (*evaluate)(const forest *given, const float *rows, int64_t count, void *answers);
typedef void (*add)(const forest *given, int32_t tree, const int32_t *leaves, int64_t count, int64_t row, void *sums);

static inline void of_row(const forest *given, const float *row, int64_t number, add added, void *sums) {
    int32_t leaves[BLOCK], blocks = given->trees - given->trees % BLOCK, missing = 0;
    for (int32_t column = 0; column < given->columns; column++) missing |= row[column] != row[column];
    for (int32_t tree = 0; tree < blocks; tree += BLOCK) {
        if (missing)
            of_trees(given, tree, row, 1, leaves);
        else
            of_trees(given, tree, row, 0, leaves);
        SIDE_BY_SIDE added(given, tree + each, leaves + each, 1, number, sums);
    }
    for (int32_t tree = blocks; tree < given->trees; tree++) {
        leaves[0] = leaf(given, tree, row);
        added(given, tree, leaves, 1, number, sums);
    }
}

/* The leaves of up to ROWS rows in one tree. */
static inline void of_block(const forest *given, int32_t tree, const float *rows, int64_t count, const float *across,
                            int32_t leaves[ROWS]) {
    if (across && given->masked[tree] >= 0) {
        masks_leaves(given, tree, across, leaves);
    } else if (count == ROWS) {
        for (int32_t first = 0; first < ROWS; first += BLOCK)
            of_rows(given, tree, rows + first * (int64_t)given->columns, leaves + first);
    } else {
        for (int64_t row = 0; row < count; row++) leaves[row] = leaf(given, tree, rows + row * given->columns);
    }
}

static inline void of_chunk(const forest *given, const float *rows, int64_t count, int64_t number, float *across,
                            add added, void *sums) {
    int64_t columns = given->columns, blocks = count / ROWS + (across && count % ROWS >= LEAST);
    const float *by_column[CHUNK / ROWS] = {0};
    int32_t leaves[ROWS];
    for (int64_t block = 0, row = 0; across && block < blocks; block++, row += ROWS)
        if (masks_across(rows + row * columns, count - row, given->columns, across + row * columns))
            by_column[block] = across + row * columns;
    for (int32_t tree = 0; tree < given->trees; tree++)
        for (int64_t block = 0, row = 0; block < blocks; block++, row += ROWS) {
            int64_t size = count - row < ROWS ? count - row : ROWS;
            of_block(given, tree, rows + row * columns, size, by_column[block], leaves);
            added(given, tree, leaves, size, number + row, sums);
        }
    for (int64_t row = blocks * ROWS; row < count; row++)
        of_row(given, rows + row * columns, number + row, added, sums);
}

static inline void walk(const forest *given, const float *rows, int64_t count, add added, void *sums) {
    int64_t most = count < CHUNK ? count + ROWS - 1 : CHUNK;
    int masks = count >= LEAST && given->splits;
    float *across = masks ? malloc((size_t)most * (size_t)given->columns * sizeof *across) : 0;
    for (int64_t row = 0; row < count; row += CHUNK) {
        int64_t size = count - row < CHUNK ? count - row : CHUNK;
        of_chunk(given, rows + row * given->columns, size, row, across, added, sums);
    }
    free(across);
}

static inline void add_means(const forest *given, int32_t tree, const int32_t *leaves, int64_t count, int64_t row,
                             void *sums) {
    int32_t outputs = given->outputs;
    double *sum = (double *)sums + row * outputs;
    for (int64_t each = 0; each < count; each++, sum += outputs) {
        const double *means = given->means + (int64_t)leaves[each] * outputs;
        for (int32_t output = 0; output < outputs; output++) sum[output] += means[output];
    }
    (void)tree;
}

static inline void add_votes(const forest *given, int32_t tree, const int32_t *leaves, int64_t count, int64_t row,
                             void *sums) {
    float *sum = (float *)sums + row * given->outputs + given->targets[tree];
    for (int64_t each = 0; each < count; each++) sum[each * given->outputs] += given->votes[leaves[each]];
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
    walk(given, rows, count, add_votes, sums);
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
