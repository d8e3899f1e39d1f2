/* Plain numbers of text/csv, in single precision. */
#ifndef ROWS_H
#define ROWS_H

#include <stdint.h>

int64_t rows_read(const char *text, int64_t length, int32_t columns, int64_t most, float *rows);

#endif
