/* Plain numbers of text/csv, in single precision: the nearest double, rounded once more, as NumPy does it.
 *
 * Read is what one multiplication or division makes the nearest double of: at most 2^53 without its point, and a
 * power of ten that a double holds, 10^22 at most (Clinger, "How to read floating point numbers accurately", 1990).
 * Nothing else is refused here; it is left to the caller, who reads all numbers and can tell what is wrong.
 */
#include "rows.h"

#define MOST_DIGITS 19
#define MOST_EXACT (INT64_C(1) << 53)
#define MOST_POWER 22
#define MOST_EXPONENT 10000

static const double POWERS[MOST_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static int is_digit(char character) { return character >= '0' && character <= '9'; }

/* Add up the digits from `at`; the most that fit in 64 bits are MOST_DIGITS - 1, later ones make it inexact anyway. */
static const char *digits(const char *at, const char *end, int64_t *value, int *count) {
    for (; at < end && is_digit(*at); at++, (*count)++)
        if (*count < MOST_DIGITS - 1) *value = *value * 10 + (*at - '0');
    return at;
}

static const char *exponent(const char *at, const char *end, int *power) {
    int64_t value = 0;
    int count = 0, negative = 0;
    if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
    at = digits(at, end, &value, &count);
    if (!count || value > MOST_EXPONENT) return 0;
    *power += negative ? -(int)value : (int)value;
    return at;
}

/* Return where the number ends, or 0 if it is none, or not exact. */
static const char *number(const char *at, const char *end, float *result) {
    int64_t value = 0;
    int count = 0, power = 0, negative = 0;
    if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
    at = digits(at, end, &value, &count);
    if (at < end && *at == '.') {
        const char *point = ++at;
        at = digits(at, end, &value, &count);
        power = (int)(point - at);
    }
    if (!count || count >= MOST_DIGITS) return 0;
    if (at < end && (*at == 'e' || *at == 'E') && !(at = exponent(at + 1, end, &power))) return 0;
    if (value > MOST_EXACT || power < -MOST_POWER || power > MOST_POWER) return 0;
    double exact = power < 0 ? (double)value / POWERS[-power] : (double)value * POWERS[power];
    *result = (float)(negative ? -exact : exact);
    return at;
}

/* Return where the line after this one begins, or 0 if this one does not end here. */
static const char *line_end(const char *at, const char *end) {
    if (at < end && *at == '\r') {
        if (++at == end) return 0;
    }
    if (at == end) return at;
    return *at == '\n' ? at + 1 : 0;
}

/* Read at most `most` lines of `columns` numbers; return how many there are, or -1: look closely. */
int64_t rows_read(const char *text, int64_t length, int32_t columns, int64_t most, float *rows) {
    const char *at = text, *end = text + length;
    int64_t count = 0;
    for (; at < end && count < most; count++) {
        for (int32_t column = 0; column < columns; column++) {
            if (column && (at == end || *at++ != ',')) return -1;
            if (!(at = number(at, end, rows++))) return -1;
        }
        if (!(at = line_end(at, end))) return -1;
    }
    return at == end ? count : -1;
}
