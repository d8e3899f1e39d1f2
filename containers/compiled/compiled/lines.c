/* Labels and probabilities as lines of text/csv, the digits as Python writes them: the fewest that are the number. */
#include "lines.h"

#include <math.h>
#include <string.h>

/* Decimals up to here are told apart by a double; more of them are left to the caller. */
#define MOST_DECIMALS 15
/* Python writes smaller numbers with an exponent. */
#define LEAST 1e-4

/* Write a probability and return where its text ends; 0 if it takes more decimals, or is none. */
static char *write(double value, char *text) {
    if (signbit(value) || !(value >= LEAST || value == 0) || value > 1) return 0;
    double power = 1;
    for (int decimals = 1; decimals <= MOST_DECIMALS; decimals++) {
        power *= 10;
        int64_t whole = (int64_t)(value * power + 0.5);
        if ((double)whole / power != value) continue;
        char *end = text + 2 + decimals;
        for (char *at = end; at > text + 2; whole /= 10) *--at = (char)('0' + whole % 10);
        text[0] = (char)('0' + whole);
        text[1] = '.';
        return end;
    }
    return 0;
}

/* Write for each row the label of its largest number, the first of equals, and its numbers.
 *
 * Label n is what lies between places n and n + 1 of `labels`. Returns how long the text is, or -1: write it in
 * another way.
 */
int64_t lines_write(const double *rows, int64_t count, int32_t outputs, const char *labels, const int32_t *places,
                    char *text) {
    char *at = text;
    for (int64_t row = 0; row < count; row++, rows += outputs) {
        int32_t best = 0;
        for (int32_t output = 1; output < outputs; output++)
            if (rows[output] > rows[best]) best = output;
        size_t size = (size_t)(places[best + 1] - places[best]);
        memcpy(at, labels + places[best], size);
        at += size;
        for (int32_t output = 0; output < outputs; output++) {
            *at++ = ',';
            if (!(at = write(rows[output], at))) return -1;
        }
        *at++ = '\n';
    }
    return at - text;
}
