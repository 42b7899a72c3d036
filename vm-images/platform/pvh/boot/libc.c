/* libc.c: the few functions that freestanding C may call. Not `rep movsb`: under TCG it moves a byte per 50 ns. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OUTLINE __attribute__((noinline)) /* one copy, translated once */

/* Unaligned words; may alias anything. */
typedef uint64_t word __attribute__((aligned(1), may_alias));

OUTLINE void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word), s += sizeof(word)) {
        *(word *)d = *(const word *)s;
    }
    for (; n > 0; n--) {
        *d++ = *s++;
    }
    return to;
}

OUTLINE void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if (d <= s || d >= s + n) {
        for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word), s += sizeof(word)) {
            *(word *)d = *(const word *)s;
        }
        for (; n > 0; n--) {
            *d++ = *s++;
        }
        return to;
    }
    for (; n >= sizeof(word); n -= sizeof(word)) {
        *(word *)(d + n - sizeof(word)) = *(const word *)(s + n - sizeof(word));
    }
    for (; n > 0; n--) {
        d[n - 1] = s[n - 1];
    }
    return to;
}

OUTLINE void *memset(void *to, int value, size_t n)
{
    uint8_t *d = to;
    uint64_t bytes = (uint8_t)value * UINT64_C(0x0101010101010101);
    for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word)) {
        *(word *)d = bytes;
    }
    for (; n > 0; n--) {
        *d++ = (uint8_t)value;
    }
    return to;
}

OUTLINE int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    for (; n >= sizeof(word) && *(const word *)x == *(const word *)y; n -= sizeof(word)) {
        x += sizeof(word), y += sizeof(word);
    }
    for (; n > 0; n--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

OUTLINE int strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++, b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

OUTLINE size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0') {
        n++;
    }
    return n;
}
