/* Labels and probabilities as lines of text/csv. */
#ifndef LINES_H
#define LINES_H

#include <stdint.h>

int64_t lines_write(const double *rows, int64_t count, int32_t outputs, const char *labels, const int32_t *places,
                    char *text);

#endif
