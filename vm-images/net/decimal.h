/* decimal.h: numbers as scripts reckon with them: 64-bit integers, and beside them decimal fractions with 18 places, in
 * integer arithmetic (a machine's kernel has no floating point). Texts are what Click's doubles print: 12 digits.
 */
#ifndef NET_DECIMAL_H
#define NET_DECIMAL_H

#include <flowstream/handler.h>

#include "net/config_text.h"

enum fs_number_kind { FS_NUMBER_INTEGER, FS_NUMBER_DECIMAL, FS_NUMBER_INFINITE, FS_NUMBER_NEGATIVE_INFINITE, FS_NUMBER_NONE };

typedef __int128 fs_decimal; /* in units of 1e-18: up to 1.7e20 */

struct fs_number {
    enum fs_number_kind kind;
    int64_t integer;
    fs_decimal decimal; /* of a decimal; of an integer, too */
};

/* Decimal, 0x hexadecimal, 0 octal; or with a point and an exponent. False when it is none, or too large. */
bool fs_number_parse(struct fs_span text, struct fs_number *n);
/* The same, integers alone. */
bool fs_integer_parse(struct fs_span text, int64_t *n);
void fs_text_number(struct fs_text *t, const struct fs_number *n);
struct fs_number fs_number_of(int64_t integer);
/* operation: + - * / and % (the rest of a division that goes towards zero). Integers stay integers but in a division. */
struct fs_number fs_number_reckon(const struct fs_number *a, char operation, const struct fs_number *b);
/* -1, 0, 1 */
int fs_number_compare(const struct fs_number *a, const struct fs_number *b);
/* A time with its unit (s ms us ns m h d, seconds without), in nanoseconds. */
bool fs_time_parse(struct fs_span text, uint64_t *ns);

#endif
